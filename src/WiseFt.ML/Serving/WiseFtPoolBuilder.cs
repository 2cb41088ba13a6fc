using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WiseFt.ML;

/// <summary>Says where the model of a <see cref="WiseFtPool"/> comes from.</summary>
public sealed class WiseFtPoolBuilder
{
    private readonly IServiceCollection _services;
    private readonly WiseFtPoolOptions _options;

    internal WiseFtPoolBuilder(IServiceCollection services, WiseFtPoolOptions options) => (_services, _options) = (services, options);

    /// <summary>Serves a saved ML.NET model. It is loaded when the host starts, and the host does not start without it.</summary>
    /// <param name="modelPath">A saved ML.NET model with one WiSE-FT transformer: <c>model.zip</c>, <c>NAME.mlnet</c>.</param>
    /// <param name="watchForChanges">Whether a file that takes its place is loaded and served, with no request lost.</param>
    /// <returns>The services, to add others.</returns>
    public IServiceCollection FromFile(string modelPath, bool watchForChanges = false)
    {
        Check.NotBlank(modelPath);
        _services.AddSingleton(provider => new WiseFtPool(
            modelPath, watchForChanges, _options, provider.GetService<ILogger<WiseFtPool>>(), provider.GetService<IMeterFactory>()));
        return _services.AddHostedService<LoadedAtStart>();
    }

    /// <summary>Makes the host load the model before it takes requests.</summary>
    private sealed class LoadedAtStart(WiseFtPool pool) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(!pool.IsReady, pool);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
