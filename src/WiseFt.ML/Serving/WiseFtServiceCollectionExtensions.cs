using WiseFt.ML;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>WiSE-FT models as a service.</summary>
public static class WiseFtServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="WiseFtPool"/>, which answers concurrent requests in batches. Say where its model is with
    /// <see cref="WiseFtPoolBuilder.FromFile"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Varies the default settings: <c>options => options with { QueueCapacity = 1000 }</c>.
    /// Null for the defaults.</param>
    /// <example><code>builder.Services.AddWiseFt().FromFile("model.zip", watchForChanges: true);</code></example>
    public static WiseFtPoolBuilder AddWiseFt(
        this IServiceCollection services, Func<WiseFtPoolOptions, WiseFtPoolOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new WiseFtPoolOptions();
        return new WiseFtPoolBuilder(services, configure?.Invoke(options) ?? options);
    }
}
