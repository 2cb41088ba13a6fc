using System.Net;
using WiseFt.ML.Tests;

namespace WiseFt.WebApi.Tests;

public sealed class LoadTests(RunningService service) : IClassFixture<RunningService>
{
    [Fact]
    [Fault("load on the service", "a thousand clients at once; reloads meanwhile", "no request lost")]
    public async Task Predict_FromAThousandClientsAtOnce_LosesNoRequest()
    {
        float[][] expected = service.TransformScores();

        Reply[] replies = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => Post(i % service.Images.Length)));

        FaultAttribute.Provoked(replies.Length);
        replies.Should().OnlyContain(r => r.Status == HttpStatusCode.OK || r.Status == HttpStatusCode.ServiceUnavailable);
        replies.Where(r => r.Status == HttpStatusCode.ServiceUnavailable)
            .Should().OnlyContain(r => r.RetryAfter == TimeSpan.FromSeconds(1));
        replies.Where(r => r.Answer is not null).Should().NotBeEmpty()
            .And.OnlyContain(r => r.Answer!.DifferenceFrom(expected[r.Image], EmojiImages.ClassNames) < 1e-4);
        service.Pool.PendingImages.Should().Be(0);
    }

    [Fact]
    [Fault("load on the service")]
    public async Task ReloadAndAlpha_UnderLoad_FailNoRequest()
    {
        using var end = new CancellationTokenSource();
        Task<List<Reply>>[] clients = [.. Enumerable.Range(0, 20).Select(async c =>
        {
            var replies = new List<Reply>();
            while (!end.IsCancellationRequested) replies.Add(await Post((c + replies.Count) % service.Images.Length));
            return replies;
        })];

        string other = service.ModelPath + ".new";
        for (int i = 1; i <= 3; i++)
        {
            service.Pool.SetAlpha(i / 10.0);
            await Post(0);
            File.Copy(service.ModelPath, other);
            File.Move(other, service.ModelPath, overwrite: true);
            File.SetLastWriteTimeUtc(service.ModelPath, DateTime.UtcNow.AddSeconds(i));
            for (int wait = 0; wait < 1000 && service.Pool.Alpha != 0.5; wait++) await Task.Delay(10);
            service.Pool.Alpha.Should().Be(0.5, "the file brings its own");
        }
        await end.CancelAsync();

        Reply[] all = [.. (await Task.WhenAll(clients)).SelectMany(r => r)];
        FaultAttribute.Provoked(all.Length);
        all.Should().NotBeEmpty().And.OnlyContain(r => r.Status == HttpStatusCode.OK);
    }

    private async Task<Reply> Post(int image)
    {
        using HttpContent content = RunningService.Body(service.Images[image]);
        using HttpResponseMessage response = await service.Client.PostAsync("/predict", content);
        Answer? answer = response.IsSuccessStatusCode ? await Answer.ReadAsync(response) : null;
        return new Reply(image, response.StatusCode, response.Headers.RetryAfter?.Delta, answer);
    }

    private sealed record Reply(int Image, HttpStatusCode Status, TimeSpan? RetryAfter, Answer? Answer);
}
