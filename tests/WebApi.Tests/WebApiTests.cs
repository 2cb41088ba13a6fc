using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using WiseFt.ML.Tests;

namespace WiseFt.WebApi.Tests;

public sealed class WebApiTests(RunningService service) : IClassFixture<RunningService>
{
    private readonly HttpClient _client = service.Client;

    [Fact]
    public async Task Predict_OfABodyAndOfAForm_GivesTheScoresOfTransform()
    {
        float[][] expected = service.TransformScores();

        for (int i = 0; i < service.Images.Length; i++)
        {
            using HttpContent content = i % 2 == 0 ? RunningService.Body(service.Images[i]) : RunningService.Form(service.Images[i]);
            using HttpResponseMessage response = await _client.PostAsync("/predict", content);
            Answer answer = await Answer.ReadAsync(response);

            answer.DifferenceFrom(expected[i], EmojiImages.ClassNames).Should().BeLessThan(1e-4);
            answer.Scores.Select(s => s.Probability).Should().BeInDescendingOrder();
            answer.PredictedLabel.Should().Be(answer.Scores[0].Label);
        }
    }

    [Fact]
    public async Task PredictBatch_AnswersEachImageInOrder()
    {
        float[][] expected = service.TransformScores();
        using HttpContent form = RunningService.Form(service.Images[2], [1, 2, 3], service.Images[11]);

        using HttpResponseMessage response = await _client.PostAsync("/predict/batch", form);
        BatchItem[] items = (await response.Content.ReadFromJsonAsync<BatchItem[]>())!;

        items.Select(i => i.Name).Should().Equal("0.png", "1.png", "2.png");
        items[0].Prediction!.DifferenceFrom(expected[2], EmojiImages.ClassNames).Should().BeLessThan(1e-4);
        items[1].Prediction.Should().BeNull();
        items[1].Error.Should().Contain("image");
        items[2].Prediction!.DifferenceFrom(expected[11], EmojiImages.ClassNames).Should().BeLessThan(1e-4);
    }

    [Fact]
    public async Task Compare_GivesThreePredictions()
    {
        using HttpContent content = RunningService.Body(service.Images[0]);

        using HttpResponseMessage response = await _client.PostAsync("/compare", content);
        var comparison = (await response.Content.ReadFromJsonAsync<Dictionary<string, Answer>>())!;

        comparison.Keys.Should().BeEquivalentTo("zeroShot", "fineTuned", "mixture");
        (comparison["zeroShot"].Alpha, comparison["fineTuned"].Alpha).Should().Be((0.0, 1.0));
    }

    [Fact]
    public async Task Explain_GivesTheMapAndItsPictureOfTheClassThatIsAsked()
    {
        using HttpContent content = RunningService.Body(service.Images[0]), again = RunningService.Form(service.Images[0]),
            third = RunningService.Body(service.Images[0]);

        using HttpResponseMessage response = await _client.PostAsync("/explain?class=vehicle", content);
        JsonElement explained = await response.Content.ReadFromJsonAsync<JsonElement>();
        using HttpResponseMessage best = await _client.PostAsync("/explain", again);
        using HttpResponseMessage refused = await _client.PostAsync("/explain?class=lorry", third);

        (explained.GetProperty("label").GetString(), explained.GetProperty("alpha").GetDouble()).Should().Be(("vehicle", 0.5));
        explained.GetProperty("drops").GetArrayLength().Should().Be((int)Math.Pow(explained.GetProperty("rows").GetInt32(), 2));
        explained.GetProperty("image").GetBytesFromBase64()[..4].Should().Equal(0x89, (byte)'P', (byte)'N', (byte)'G');
        best.StatusCode.Should().Be(HttpStatusCode.OK);
        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Sweep_ByDefault_GivesTheTenthsAndChangesNothingForOthers()
    {
        using HttpContent content = RunningService.Body(service.Images[0]);

        Answer[] answers = await Sweep("/sweep?top=3", content);

        answers.Select(a => a.Alpha).Should().Equal(AlphaGrid.Tenths);
        answers.Should().OnlyContain(a => a.Scores.Length == 3 && a.PredictedLabel == a.Scores[0].Label);
        service.Pool.Alpha.Should().Be(0.5);
    }

    [Fact]
    public async Task Sweep_AtTheServedAlpha_AgreesWithPredict()
    {
        float[][] expected = service.TransformScores();
        using HttpContent content = RunningService.Form(service.Images[7]);

        Answer[] answers = await Sweep("/sweep?alphas=0.25,0.5&top=100", content);

        answers[1].DifferenceFrom(expected[7], EmojiImages.ClassNames).Should().BeLessThan(1e-4);
        answers[0].DifferenceFrom(expected[7], EmojiImages.ClassNames).Should().BeGreaterThan(1e-4);
    }

    [Theory]
    [InlineData("alphas=1.5", "found '1.5'")]
    [InlineData("alphas=NaN", "found 'NaN'")]
    [InlineData("alphas=half", "found 'half'")]
    [InlineData("alphas=%20", "not blank")]
    [InlineData("alphas=0:1:0.05", "21 mixing coefficients; expected at most 11")]
    [InlineData("top=0", "top is 0")]
    public async Task Sweep_OfABadQuery_Is400WithTheReason(string query, string reason)
    {
        using HttpContent content = RunningService.Body(service.Images[0]);

        (await Refusal("/sweep?" + query, content)).Should().Contain(reason);
    }

    [Fact]
    public async Task Sweep_OfNoImage_Is400WithTheReason()
    {
        using HttpContent content = RunningService.Body([1, 2, 3, 4]);

        (await Refusal("/sweep", content)).Should().StartWith("the image").And.NotContain("Exception");
    }

    [Fact]
    public async Task Sweep_OfMoreAtOnceThanAllowed_Is503WithATime()
    {
        var (factory, client) = service.Start(("MaxSweeps", "1"));
        using var ownedFactory = factory;
        using var ownedClient = client;
        HttpResponseMessage[] responses = await Task.WhenAll(
            Enumerable.Range(0, 30).Select(i => client.PostAsync("/sweep", RunningService.Body(service.Images[i % 20]))));

        responses.Should().Contain(r => r.IsSuccessStatusCode).And.OnlyContain(
            r => r.IsSuccessStatusCode || (r.StatusCode == HttpStatusCode.ServiceUnavailable && r.Headers.RetryAfter != null));
        foreach (HttpResponseMessage response in responses) response.Dispose();
    }

    [Fact]
    public async Task Predict_OfNoImage_Is400WithTheReason()
    {
        using HttpContent content = RunningService.Body([1, 2, 3, 4]);

        using HttpResponseMessage response = await _client.PostAsync("/predict", content);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).Should().Contain("the image").And.NotContain("Exception");
    }

    [Theory, InlineData(0, HttpStatusCode.BadRequest), InlineData(2, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Predict_OfAFormWithAnotherNumberOfFiles_IsRefused(int files, HttpStatusCode expected)
    {
        using var form = RunningService.Form([.. service.Images.Take(files)]);
        form.Add(new StringContent("a field"), "field");

        using HttpResponseMessage response = await _client.PostAsync("/predict", form);

        response.StatusCode.Should().Be(expected);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Predict_OfALargerBodyThanAllowed_Is413(bool asForm)
    {
        byte[] large = new byte[200_000];
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict");
        request.Content = asForm ? RunningService.Form(large) : RunningService.Body(large);
        request.Headers.ExpectContinue = true; // the answer comes before the body: a client that writes it anyway may find the pipe broken

        using HttpResponseMessage response = await _client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Predict_OfAnImageAboveThePixelLimit_Is400()
    {
        var (factory, client) = service.Start(("Pool:MaxImagePixels", "100"));
        using var ownedFactory = factory;
        using var ownedClient = client;
        using HttpContent content = RunningService.Body(service.Images[0]);

        using HttpResponseMessage response = await client.PostAsync("/predict", content);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).Should().Contain("limit of 100");
    }

    [Fact]
    public async Task Predict_WhenTheClientLeaves_FreesItsPlace()
    {
        using var leaves = new CancellationTokenSource();
        Task[] requests = [.. Enumerable.Range(0, 50)
            .Select(i => _client.PostAsync("/predict", RunningService.Body(service.Images[i % 20]), leaves.Token))];

        await leaves.CancelAsync();
        await Task.WhenAll(requests).ContinueWith(_ => { }, TaskScheduler.Default);

        for (int i = 0; i < 500 && service.Pool.PendingImages > 0; i++) await Task.Delay(10);
        service.Pool.PendingImages.Should().Be(0);
    }

    [Fact]
    public async Task AdminAlpha_WithTheKey_ChangesTheMixture()
    {
        (await ChangeAlpha(0.25, RunningService.Key)).Should().Be(HttpStatusCode.OK);

        using HttpContent content = RunningService.Body(service.Images[0]);
        using HttpResponseMessage response = await _client.PostAsync("/predict", content);
        (await Answer.ReadAsync(response)).Alpha.Should().Be(0.25);
        (await ChangeAlpha(0.5, RunningService.Key)).Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(0.5, "wrong", HttpStatusCode.Unauthorized)]
    [InlineData(0.5, "", HttpStatusCode.Unauthorized)]
    [InlineData(1.5, RunningService.Key, HttpStatusCode.BadRequest)]
    public async Task AdminAlpha_WithoutTheKeyOrOutOfRange_ChangesNothing(double alpha, string key, HttpStatusCode expected) =>
        (await ChangeAlpha(alpha, key)).Should().Be(expected);

    [Fact]
    public async Task AdminAlpha_WithoutAConfiguredKey_IsNotThere()
    {
        var (factory, client) = service.Start();
        using var ownedFactory = factory;
        using var ownedClient = client;

        using HttpResponseMessage response = await client.PostAsJsonAsync("/admin/alpha", new { alpha = 0.1 });

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory, InlineData("/health/live"), InlineData("/health/ready"), InlineData("/")]
    public async Task Get_Answers(string path)
    {
        using HttpResponseMessage response = await _client.GetAsync(path);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task OpenApi_DescribesTheEndpoints()
    {
        JsonElement document = await _client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        document.GetProperty("paths").EnumerateObject().Select(p => p.Name)
            .Should().Contain(["/predict", "/predict/batch", "/compare", "/sweep", "/health/ready"]);
        document.GetProperty("paths").GetProperty("/predict").GetProperty("post").GetProperty("responses")
            .EnumerateObject().Select(r => r.Name)
            .Should().Contain(["200", "400", "413", "503"]);
    }

    private async Task<Answer[]> Sweep(string path, HttpContent content)
    {
        using HttpResponseMessage response = await _client.PostAsync(path, content);
        var sweep = await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Dictionary<string, Answer[]>>();
        return sweep!["predictions"];
    }

    private async Task<string> Refusal(string path, HttpContent content)
    {
        using HttpResponseMessage response = await _client.PostAsync(path, content);
        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!;
    }

    private async Task<HttpStatusCode> ChangeAlpha(double alpha, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/alpha") { Content = JsonContent.Create(new { alpha }) };
        request.Headers.TryAddWithoutValidation("X-Api-Key", key);
        using HttpResponseMessage response = await _client.SendAsync(request);
        return response.StatusCode;
    }

    private sealed record BatchItem(string Name, Answer? Prediction, string? Error);
}
