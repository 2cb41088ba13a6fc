// A web service that classifies images, with a page to try it: a slider goes from the zero-shot to the fine-tuned model.
//   wiseft demo --output out                                                         a minute or two, leaves out/model.zip
//   dotnet run -c Release --project examples/WebApi -- --Model "$PWD/out/model.zip"    then open http://localhost:5000
//   curl -F image=@examples/data/emoji-shift/shifts/twemoji/mammal/1f415.png localhost:5000/predict
// Expected output: {"predictedLabel":"mammal","scores":[{"label":"mammal","probability":0.96…},…],"alpha":0.5}
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.RateLimiting;
using WebApi;
using WiseFt;
using WiseFt.ML;

NativeThreads.WaitBySleeping();     // beside other programs
NativeAllocator.KeepFreedMemory();  // for the next image
var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration;
string model = settings["Model"]
    ?? throw new InvalidOperationException(
        "Say which model to serve: --Model /path/to/model.zip, as `wiseft train` or `wiseft demo` leaves it.");
long maxBytes = settings.GetValue("MaxRequestBytes", 10L << 20);
var pool = settings.GetSection("Pool").Get<WiseFtPoolOptions>() ?? new WiseFtPoolOptions();
builder.Services.AddWiseFt(_ => pool).FromFile(model, watchForChanges: true);
builder.Services.AddOpenApi().AddProblemDetails();
builder.Services.Configure<FormOptions>(form => form.MultipartBodyLengthLimit = maxBytes);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = maxBytes);
builder.Services.AddRateLimiter(limits => // Bounds what is read into memory before the pool can turn anything away.
{
    limits.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
    limits.OnRejected = (rejected, _) => { Answers.RetryAfter(rejected.HttpContext.Response, pool.RetryAfter); return default; };
    limits.AddConcurrencyLimiter("images", limit => limit.PermitLimit = pool.QueueCapacity);
    limits.AddConcurrencyLimiter("sweeps", limit => limit.PermitLimit = settings.GetValue("MaxSweeps", 4)); // each costs eleven predictions
});

var app = builder.Build();
app.UseExceptionHandler(new ExceptionHandlerOptions
{
    StatusCodeSelector = Answers.StatusOf,
    SuppressDiagnosticsCallback = failed => Answers.StatusOf(failed.Exception) < 500, // a caller's error is no line in the log
}).UseStatusCodePages();
app.UseDefaultFiles().UseStaticFiles().UseRateLimiter();
app.MapOpenApi();
app.MapGet("/health/live", () => "live");
app.MapGet("/health/ready", (WiseFtPool models) => models.IsReady && !app.Lifetime.ApplicationStopping.IsCancellationRequested
    ? Results.Ok(new { models.Alpha, models.PendingImages, models.ReloadError, MaxRequestBytes = maxBytes }) : Results.StatusCode(503));

var images = app.MapGroup("/").RequireRateLimiting("images").ProducesProblem(400).ProducesProblem(413).ProducesProblem(503);
images.MapPost("/predict", async (HttpContext http, WiseFtPool models) =>
    Answers.Of(http, await models.PredictAsync(await Uploads.ReadOneAsync(http), http.RequestAborted)))
    .Accepts<IFormFile>("multipart/form-data", "application/octet-stream", "image/*").Produces<PoolPrediction>();
images.MapPost("/compare", async (HttpContext http, WiseFtPool models) =>
    Answers.Of(http, await models.CompareAsync(await Uploads.ReadOneAsync(http), http.RequestAborted)))
    .Accepts<IFormFile>("multipart/form-data", "application/octet-stream", "image/*").Produces<PoolComparison>();
images.MapPost("/sweep", Sweeps.AnswerAsync).RequireRateLimiting("sweeps").ProducesProblem(409)
    .Accepts<IFormFile>("multipart/form-data", "application/octet-stream", "image/*").Produces<PoolSweep>();
images.MapPost("/explain", Explanations.AnswerAsync)
    .Accepts<IFormFile>("multipart/form-data", "application/octet-stream", "image/*").Produces<Explained>();
images.MapPost("/predict/batch", async (HttpContext http, WiseFtPool models) =>
{
    var files = await Uploads.ReadAsync(http, pool.QueueCapacity);
    PoolResult[] results = await models.PredictAsync([.. files.Select(f => f.Bytes)], http.RequestAborted);
    return results.OfType<PoolUnavailable>().FirstOrDefault() is { } unavailable ? Answers.Of(http, unavailable) : Results.Ok(
        results.Select((r, i) => new BatchItem(files[i].Name, r as PoolPrediction, (r as PoolImageRefused)?.Reason)));
}).Accepts<IFormFileCollection>("multipart/form-data").Produces<BatchItem[]>();

if (settings["Admin:ApiKey"] is { Length: > 0 } key) // Off unless a key is configured.
    app.MapPost("/admin/alpha", (HttpRequest request, AlphaChange change, WiseFtPool models) =>
    {
        if (!CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(request.Headers["X-Api-Key"].ToString())))
            return Results.Problem("The header X-Api-Key is missing or wrong.", statusCode: 401);
        if (change.Alpha is not (>= 0 and <= 1))
            return Results.Problem($"alpha is {change.Alpha}; expected a number in [0, 1].", statusCode: 400);
        models.SetAlpha(change.Alpha);
        return Results.Ok(change);
    });
await app.RunAsync();
