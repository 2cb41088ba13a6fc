using WiseFt.ML;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddWiseFt().FromFile(builder.Configuration["Model"]!);
await using WebApplication app = builder.Build();
app.MapPost("/predict", async (HttpContext http, WiseFtPool pool) =>
{
    using var image = new MemoryStream();
    await http.Request.Body.CopyToAsync(image, http.RequestAborted);
    return await pool.PredictAsync(image.ToArray(), http.RequestAborted) is PoolPrediction prediction
        ? Results.Text(prediction.PredictedLabel) : Results.StatusCode(503);
});
await app.StartAsync();

// Its own client: it asks once over the network, and ends.
using var client = new HttpClient();
using var body = new ByteArrayContent(File.ReadAllBytes(builder.Configuration["Image"]!));
using HttpResponseMessage answer = await client.PostAsync(new Uri(app.Urls.First() + "/predict"), body);
Console.WriteLine(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
await app.StopAsync();
