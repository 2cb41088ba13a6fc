using WiseFt.ML;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Services.AddWiseFt().FromFile(builder.Configuration["Model"]!);
builder.Services.AddHostedService<Labeller>();
builder.Build().Run();

internal sealed class Labeller(WiseFtPool pool, IConfiguration configuration, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        byte[] image = await File.ReadAllBytesAsync(configuration["Image"]!, stoppingToken);
        if (await pool.PredictAsync(image, stoppingToken) is PoolPrediction prediction) Console.WriteLine(prediction.PredictedLabel);
        lifetime.StopApplication();
    }
}
