using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;
using WiseFt.ML.Tests;

namespace WiseFt.WebApi.Tests;

/// <summary>The example on a loopback port, serving a model of the built-in data.</summary>
public sealed class RunningService : IDisposable
{
    public const string Key = "a key for tests";

    private readonly TemporaryFolder _folder = new();
    private readonly WebApplicationFactory<Program> _factory;

    public RunningService()
    {
        ModelPath = _folder.At("model.zip");
        using (var fitted = new FittedMixture())
            fitted.Context.Model.Save(fitted.Model, fitted.Test.Schema, ModelPath);
        (_factory, Client) = Start(("Admin:ApiKey", Key), ("MaxRequestBytes", "100000"));
        Images = [.. EmojiImages.Test.Select(r => File.ReadAllBytes(r.ImagePath))];
    }

    public string ModelPath { get; }

    public byte[][] Images { get; }

    public HttpClient Client { get; }

    public WiseFtPool Pool => _factory.Services.GetRequiredService<WiseFtPool>();

    /// <summary>What the saved model says about the images, loaded and applied by ML.NET.</summary>
    public float[][] TransformScores()
    {
        var mlContext = new MLContext();
        ITransformer model = mlContext.Model.Load(ModelPath, out _);
        using var owned = (IDisposable)model;
        return [.. model.Transform(EmojiImages.View(mlContext, EmojiImages.Test)).GetColumn<float[]>("Score")];
    }

    /// <summary>Another instance with other settings. The caller disposes both.</summary>
    public (WebApplicationFactory<Program> Factory, HttpClient Client) Start(params (string Name, string Value)[] settings)
    {
        var factory = new Factory([("Model", ModelPath), ("Pool:WatchInterval", "00:00:00.050"), .. settings]);
        factory.UseKestrel(0);
        factory.StartServer();
        return (factory, factory.CreateClient());
    }

    public static ByteArrayContent Body(byte[] image)
    {
        var content = new ByteArrayContent(image);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        return content;
    }

    public static MultipartFormDataContent Form(params byte[][] images)
    {
        var form = new MultipartFormDataContent();
        for (int i = 0; i < images.Length; i++) form.Add(Body(images[i]), "image", $"{i}.png");
        return form;
    }

    public void Dispose()
    {
        Client.Dispose();
        _factory.Dispose();
        _folder.Dispose();
    }

    private sealed class Factory((string Name, string Value)[] settings) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            foreach (var (name, value) in settings) builder.UseSetting(name, value);
        }
    }
}
