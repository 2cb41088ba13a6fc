using WiseFt.Files;

namespace WiseFt.Tests;

/// <summary>Broken connections, refusals, damaged content, and no network at all.</summary>
public sealed class HuggingFaceHubFailureTests : HuggingFaceHubTestBase
{
    [Fact]
    public void Fetch_OfflineAndNotCached_SaysHowToGetItByHand()
    {
        Action act = () => Fetch(Options() with { Offline = true });
        act
            .Should().Throw<CheckpointException>()
            .WithMessage("*openai/clip: HF_HUB_OFFLINE is set*hf download openai/clip*config.json*/openai/clip/tree/main*give its path*");
    }

    [Fact]
    public void Fetch_WithoutANetwork_UsesTheCache()
    {
        Fetch();
        Server.Misbehave = _ => new HubAnswer(503);
        Fetch().Should().Be(Snapshot);
    }

    [Fact]
    public void Fetch_FromAServerThatIsNotThere_SaysHowToGetItByHand()
    {
        Action act = () => Fetch(Options() with { Endpoint = new Uri("http://127.0.0.1:1") });
        act.Should().Throw<CheckpointException>().WithMessage("*127.0.0.1 cannot be reached*hf download*");
    }

    [Fact]
    [Fault("network breaks off, lies or never answers", "a server on the loopback", "resumed, or refused with nothing left")]
    public void Fetch_WhereTheConnectionBreaksOff_ResumesFromWhereItWas()
    {
        int breaks = 0;
        Server.Misbehave = r => r.Path == "/elsewhere/model.safetensors" && breaks++ < 3 ? Part(r, 100_000) : null;
        Fetch();
        File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")).Should().Equal(Weights);
        Server.Requests.Where(r => r.Path.StartsWith("/elsewhere", StringComparison.Ordinal)).Select(r => r.Range)
            .Should().Equal(null, "bytes=100000-", "bytes=200000-", "bytes=300000-");
    }

    [Fact]
    public void Fetch_AfterAnInterruptedTransfer_ResumesIt()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Incomplete)!);
        File.WriteAllBytes(Incomplete, Weights[..250_000]);
        var progress = new Reported<HuggingFaceHubProgress>();
        Fetch(progress: progress);
        File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")).Should().Equal(Weights);
        Server.Requests.Should().Contain(r => r.Range == "bytes=250000-");
        File.Exists(Incomplete).Should().BeFalse();
        progress.Values.Where(r => r.File == "model.safetensors").Should().SatisfyRespectively(
            first => first.Should().Be(new HuggingFaceHubProgress("model.safetensors", 250_000, Weights.Length)),
            last => last.Should().Be(new HuggingFaceHubProgress("model.safetensors", Weights.Length, Weights.Length)));
    }

    [Fact]
    public void Fetch_AfterAnInterruptedTransferOfOtherContent_BeginsAgain()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Incomplete)!);
        File.WriteAllBytes(Incomplete, new byte[250_000]);
        Fetch();
        File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")).Should().Equal(Weights);
    }

    [Fact]
    public void Fetch_FromAServerThatCannotResume_BeginsAgain()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Incomplete)!);
        File.WriteAllBytes(Incomplete, Weights[..250_000]);
        Server.Misbehave = r => r.Path == "/elsewhere/model.safetensors" ? new HubAnswer(200) { Body = Weights } : null;
        Fetch();
        File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")).Should().Equal(Weights);
    }

    [Fact]
    [Fault("network breaks off, lies or never answers")]
    public void Fetch_OfAWrongChecksum_RefusesAndLeavesNothing()
    {
        byte[] wrong = [.. Weights];
        wrong[^1] ^= 1;
        Server.Misbehave = r => r.Path == "/elsewhere/model.safetensors" ? new HubAnswer(200) { Body = wrong } : null;
        Action act = () => Fetch();
        act.Should().Throw<CheckpointException>().WithMessage(
            $"*model.safetensors arrived damaged: its checksum is {LoopbackHub.Sha256(wrong)} where " +
            $"{LoopbackHub.Sha256(Weights)} was announced*");
        Directory.GetFiles(Path.Combine(Repository, "blobs"))
            .Should().OnlyContain(f => !f.Contains(LoopbackHub.Sha256(Weights), StringComparison.Ordinal));
        File.Exists(Path.Combine(Snapshot, "model.safetensors")).Should().BeFalse();
    }

    [Fact]
    public void Fetch_OfAWrongGitChecksum_Refuses()
    {
        Server.Misbehave = r => r is { Method: "GET", Path: "/openai/clip/resolve/main/config.json" } ? new HubAnswer(200)
        {
            Body = System.Text.Encoding.UTF8.GetBytes(ClipConfigJson.Replace("clip", "clap", StringComparison.Ordinal)),
        } : null;
        Action act = () => Fetch();
        act.Should().Throw<CheckpointException>().WithMessage("*config.json arrived damaged*");
    }

    [Theory]
    [InlineData("config.json", 64L << 20)]
    [InlineData("vocab.json", 64L << 20)]
    [InlineData("merges.txt", 64L << 20)]
    [InlineData("model.safetensors", 64L << 30)]
    public void Fetch_OfAFileTooLongForItsRole_RefusesBeforeTheTransfer(string file, long limit)
    {
        Server.Misbehave = r => r.Method == "HEAD" && r.Path.EndsWith("/" + file, StringComparison.Ordinal) ? new HubAnswer(200)
        {
            Headers =
            {
                ["ETag"] = "\"long\"", ["X-Repo-Commit"] = LoopbackHub.Commit,
                ["Content-Length"] = (limit + 1).ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        } : null;

        FluentActions.Invoking(() => Fetch()).Should().Throw<CheckpointException>()
            .WithMessage($"*{limit + 1} bytes for {file}*at most {limit}*");

        Server.Requests.Should().NotContain(r => r.Method == "GET" && r.Path.EndsWith("/" + file, StringComparison.Ordinal));
    }

    [Fact]
    public void Fetch_OfMoreBytesThanAnnounced_Refuses()
    {
        Server.Misbehave = r => r.Path == "/elsewhere/model.safetensors" ? new HubAnswer(200) { Body = [.. Weights, 0] } : null;
        Action act = () => Fetch();
        act.Should().Throw<CheckpointException>().WithMessage("*sends more than*");
    }

    [Theory]
    [InlineData(401, null, null, "*private or gated and no token is set: set HF_TOKEN*")]
    [InlineData(401, "hf_secret", null, "*the token in HF_TOKEN may not read it*")]
    [InlineData(403, "hf_secret", "GatedRepo", "*403*accept the model's terms*")]
    [InlineData(404, null, "RepoNotFound", "*no such model*404*")]
    [InlineData(404, null, "RevisionNotFound", "*no such revision*404*")]
    [InlineData(404, null, null, "*no CLIP model of a known layout*Check the name.")]
    [InlineData(400, null, null, "*answers 400*")]
    public void Fetch_OfARefusal_SaysWhy(int status, string? token, string? code, string message)
    {
        Server.Misbehave = _ => new HubAnswer(status) { Headers = code is null ? [] : new() { ["X-Error-Code"] = code } };
        Action act = () => Fetch(Options() with { Token = token });
        act.Should().Throw<CheckpointException>().WithMessage(message).And.Message.Should().NotContain("hf_secret");
    }

    [Fact]
    public void Fetch_OfTooManyRequests_WaitsAndTriesAgain()
    {
        int refusals = 0;
        Server.Misbehave = _ => refusals++ < 3 ? new HubAnswer(429) { Headers = { ["Retry-After"] = "0" } } : null;
        Fetch().Should().Be(Snapshot);
    }

    [Fact]
    public void Fetch_OfTooManyRequestsForLong_GivesUpAfterAsManyAttempts()
    {
        Server.Misbehave = _ => new HubAnswer(429);
        Action act = () => Fetch();
        act.Should().Throw<CheckpointException>().WithMessage("*too many requests (429)*");
        Server.Requests.Should().HaveCount(5);
    }

    [Fact]
    public void Fetch_OfAServerThatAsksForAnHour_GivesUpAtOnce()
    {
        Server.Misbehave = _ => new HubAnswer(429) { Headers = { ["Retry-After"] = "3600" } };
        Action act = () => Fetch();
        act.Should().Throw<CheckpointException>().WithMessage("*asks to wait 3600 seconds*");
        Server.Requests.Should().ContainSingle();
    }

    [Fact]
    [Fault("network breaks off, lies or never answers")]
    public void Fetch_OfAServerThatNeverSendsAnything_GivesUpAfterAsManyAttempts()
    {
        Server.Misbehave = r => r.Path == "/elsewhere/model.safetensors" ? Part(r, 0) : null;
        Action act = () => Fetch();
        act.Should().Throw<CheckpointException>().WithMessage("*broke off model.safetensors after 0*");
        Server.Requests.Count(r => r.Path == "/elsewhere/model.safetensors").Should().Be(5);
    }

    [Fact]
    public void Fetch_OfRedirectsWithoutEnd_GivesUp()
    {
        Server.Misbehave = r => new HubAnswer(302) { Headers = { ["Location"] = r.Path } };
        Action act = () => Fetch();
        act.Should().Throw<CheckpointException>().WithMessage("*redirects without end*");
    }

    [Theory, InlineData("../../../evil.safetensors"), InlineData("/evil.safetensors"), InlineData("evil.bin"), InlineData(""),
        InlineData("a\\\\b.safetensors")]
    public void Fetch_OfAnIndexThatLeadsElsewhere_Refuses(string shard)
    {
        using var server = new LoopbackHub().With("config.json", ClipConfigJson)
            .With("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"" + shard + "\"}}");
        Action act = () => Fetch(Options() with { Endpoint = server.Address });
        act.Should().Throw<CheckpointException>().WithMessage("*files beside it*");
    }

    [Fact]
    public async Task FetchAsync_Cancelled_KeepsWhatHasArrived()
    {
        using var cancel = new CancellationTokenSource();
        Server.Misbehave = r =>
        {
            if (r.Path != "/elsewhere/model.safetensors") return null;
            cancel.CancelAfter(50);
            return Part(r, 100_000) with { Headers = new() { ["Content-Length"] = "500000" } };
        };
        using var hub = new HuggingFaceHub(Options() with { RetryDelay = TimeSpan.FromMinutes(1), MaximumDelay = TimeSpan.FromMinutes(1) });
        Func<Task> act = () => hub.FetchAsync("openai/clip", cancel: cancel.Token);
        await act.Should().ThrowAsync<OperationCanceledException>();
        new FileInfo(Incomplete).Length.Should().BeLessThanOrEqualTo(100_000);
        File.Exists(Path.Combine(Snapshot, "model.safetensors")).Should().BeFalse();
    }

    [Fact]
    public void Fetch_OfAnotherKindOfModel_SaysWhatItIs()
    {
        using var server = new LoopbackHub().With("config.json", """{"model_type": "siglip"}""").With("model.safetensors", [1]);
        Action act = () => Fetch(Options() with { Endpoint = server.Address });
        act.Should().Throw<CheckpointException>().WithMessage("*Its config.json is of a 'siglip' model*");
    }

    [Fact]
    public void Fetch_WithoutANetwork_GivesUpAtOnce()
    {
        using var nobody = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        nobody.Start();
        int port = ((System.Net.IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();
        Action act = () => Fetch(Options() with
        {
            Endpoint = new Uri($"http://127.0.0.1:{port}"),
            RetryDelay = TimeSpan.FromHours(1),
            MaximumDelay = TimeSpan.FromHours(1),
        });
        act.Should().Throw<CheckpointException>().WithMessage("*cannot be reached*");
    }

    [Fact]
    public void Fetch_OfNoName_Refuses()
    {
        Action act = () => Fetch(model: "../clip");
        act.Should().Throw<ArgumentException>().WithMessage("*expected owner/name*");
    }
}
