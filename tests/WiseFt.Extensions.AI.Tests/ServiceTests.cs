using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WiseFt.Extensions.AI.Tests;

/// <summary>The generator as a service, and what its builders put around it.</summary>
public sealed class ServiceTests
{
    [Fact]
    public async Task AddWiseFtEmbeddings_EveryInterface_IsOneObject()
    {
        var services = new ServiceCollection();
        services.AddWiseFtEmbeddings(Emoji.ModelPath, options => options with { BatchSize = 5 });
        await using ServiceProvider provider = services.BuildServiceProvider();

        var images = provider.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>();

        provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().Should().BeSameAs(images);
        provider.GetRequiredService<IEmbeddingGenerator>().Should().BeSameAs(images);
        images.GetService(typeof(ClipEmbeddingGenerator)).Should().BeSameAs(provider.GetRequiredService<ClipEmbeddingGenerator>());
        (await images.GenerateAsync(Emoji.Contents)).Should().HaveCount(Emoji.Contents.Length);
    }

    [Fact]
    public async Task Provider_Disposed_DisposesTheGenerator()
    {
        var services = new ServiceCollection();
        services.AddWiseFtEmbeddings(Emoji.ModelPath).UseLogging();
        services.AddLogging();
        ServiceProvider provider = services.BuildServiceProvider();
        var texts = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        var inner = provider.GetRequiredService<ClipEmbeddingGenerator>();

        await provider.DisposeAsync();

        await texts.Awaiting(t => t.GenerateAsync([Emoji.Dog])).Should().ThrowAsync<ObjectDisposedException>();
        await inner.Awaiting(t => t.GenerateAsync([Emoji.Dog])).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task Keys_TellModelsApart()
    {
        var services = new ServiceCollection();
        services.AddWiseFtEmbeddings(Emoji.ModelPath, options => options with { ModelId = "first" }, serviceKey: 1);
        services.AddWiseFtEmbeddings(Emoji.ModelPath, options => options with { ModelId = "second" }, serviceKey: 2);
        await using ServiceProvider provider = services.BuildServiceProvider();

        string? Model(int key) => provider.GetRequiredKeyedService<IEmbeddingGenerator>(key)
            .GetRequiredService<EmbeddingGeneratorMetadata>().DefaultModelId;

        Model(1).Should().Be("first");
        Model(2).Should().Be("second");
        provider.GetService<IEmbeddingGenerator>().Should().BeNull();
    }

    [Fact]
    public async Task Model_Missing_IsSaidWhenItIsAskedFor()
    {
        var services = new ServiceCollection();
        services.AddWiseFtEmbeddings("/nowhere/model.pt");
        await using ServiceProvider provider = services.BuildServiceProvider();

        provider.Invoking(p => p.GetRequiredService<IEmbeddingGenerator>()).Should().Throw<CheckpointException>().WithMessage("*/nowhere*");
    }

    [Fact]
    public async Task UseLogging_LogsImagesAndTexts()
    {
        using var log = new LinesLog();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(log));
        services.AddWiseFtEmbeddings(Emoji.ModelPath).UseLogging();
        await using ServiceProvider provider = services.BuildServiceProvider();

        await provider.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>().GenerateAsync(Emoji.Contents[..3]);
        int afterImages = log.Lines.Count;
        await provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GenerateAsync([Emoji.Dog]);

        log.Lines.Take(afterImages).Should().Contain(line => line.Contains("GenerateAsync", StringComparison.Ordinal));
        log.Lines.Skip(afterImages).Should().Contain(line => line.Contains("GenerateAsync", StringComparison.Ordinal));
    }

    [Fact]
    public async Task UseOpenTelemetry_TracesModelAndDimensions()
    {
        string source = $"{nameof(ServiceTests)}.{Guid.NewGuid()}";
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = from => from.Name == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddWiseFtEmbeddings(Emoji.ModelPath).UseLogging().UseOpenTelemetry(source);
        await using ServiceProvider provider = services.BuildServiceProvider();

        await provider.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>().GenerateAsync(Emoji.Contents[..3]);
        await provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GenerateAsync(["dog"]);

        activities.Should().HaveCount(2).And.OnlyContain(a => a.DisplayName == "embeddings starter-clip");
        activities.Should().OnlyContain(a => Equals(a.GetTagItem("gen_ai.provider.name"), "wiseft"));
        Convert.ToInt32(activities.Last().GetTagItem("gen_ai.usage.input_tokens"), null).Should().Be(3);
    }

    [Fact]
    public async Task UseDistributedCache_SecondCall_IsNotComputedAndOtherModelsAreNotFound()
    {
        var services = new ServiceCollection();
        services.AddDistributedMemoryCache();
        services.AddWiseFtEmbeddings(Emoji.ModelPath).UseDistributedCache();
        services.AddWiseFtEmbeddings(Emoji.ModelPath, options => options with { ModelId = "other" }, serviceKey: 2).UseDistributedCache();
        await using ServiceProvider provider = services.BuildServiceProvider();
        var images = provider.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>();
        var texts = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        float[][] image = (await images.GenerateAsync(Emoji.Contents[..1])).Rows(), text = (await texts.GenerateAsync([Emoji.Dog])).Rows();

        provider.GetRequiredService<ClipEmbeddingGenerator>().Dispose(); // what is answered now comes from the cache

        Emoji.Difference((await images.GenerateAsync(Emoji.Contents[..1])).Rows(), image).Should().Be(0);
        Emoji.Difference((await texts.GenerateAsync([Emoji.Dog])).Rows(), text).Should().Be(0);
        await images.Awaiting(i => i.GenerateAsync(Emoji.Contents[1..2])).Should().ThrowAsync<ObjectDisposedException>();
        var other = provider.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>(2);
        (await other.GenerateAsync([Emoji.Dog]))[0].ModelId.Should().Be("other");
    }

    /// <summary>Keeps what is logged.</summary>
    private sealed class LinesLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
