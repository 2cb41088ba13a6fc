using System.Text;
using WiseFt.Files;
namespace WiseFt.Tests;

/// <summary>What lies in the cache after fetching from a Hub that behaves.</summary>
public sealed class HuggingFaceHubTests : HuggingFaceHubTestBase
{
    [Fact]
    public void Fetch_OfAModel_LaysItOutAsOtherHuggingFaceLibrariesDo()
    {
        Fetch().Should().Be(Snapshot);
        Directory.GetFiles(Snapshot).Select(Path.GetFileName)
            .Should().BeEquivalentTo("config.json", "model.safetensors", "vocab.json", "merges.txt");
        File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")).Should().Equal(Weights);
        File.ReadAllText(Path.Combine(Repository, "refs", "main")).Should().Be(LoopbackHub.Commit);
        new FileInfo(Path.Combine(Snapshot, "model.safetensors")).LinkTarget
            .Should().Be(Path.Combine("..", "..", "blobs", LoopbackHub.Sha256(Weights)));
        Directory.GetFiles(Path.Combine(Repository, "blobs")).Select(Path.GetFileName).Should().BeEquivalentTo(
            LoopbackHub.Sha256(Weights), LoopbackHub.GitSha1(Encoding.UTF8.GetBytes(ClipConfigJson)),
            LoopbackHub.GitSha1("{\"a\": 0}"u8.ToArray()), LoopbackHub.GitSha1("#version"u8.ToArray()));
        File.Exists(Path.Combine(Repository, ".no_exist", LoopbackHub.Commit, "preprocessor_config.json")).Should().BeTrue();
    }

    [Fact]
    public void Fetch_OfACachedModel_AsksOnceWhetherItChanged()
    {
        Fetch();
        Server.Requests.Clear();
        Fetch().Should().Be(Snapshot);
        Server.Requests
            .Should().ContainSingle().Which
            .Should().Match<HubRequest>(r => r.Method == "HEAD" && r.Path == "/openai/clip/resolve/main/config.json");
    }

    [Fact]
    public void Fetch_OfACachedCommit_AsksNothing()
    {
        Fetch(model: "openai/clip@" + LoopbackHub.Commit);
        Server.Requests.Clear();
        Fetch(model: "openai/clip@" + LoopbackHub.Commit).Should().Be(Snapshot);
        Server.Requests.Should().BeEmpty();
    }

    [Fact]
    public void Fetch_Offline_UsesTheCacheAndAsksNothing()
    {
        Fetch();
        Server.Requests.Clear();
        Fetch(Options() with { Offline = true }).Should().Be(Snapshot);
        Server.Requests.Should().BeEmpty();
    }

    [Fact]
    public void Fetch_WithAToken_SendsItToTheHubAlone()
    {
        Fetch(Options() with { Token = "hf_secret" });
        Server.Requests.Where(r => r.Path.StartsWith("/openai/", StringComparison.Ordinal))
            .Should().OnlyContain(r => r.Headers["Authorization"] == "Bearer hf_secret");
        Server.Requests.Where(r => r.Path.StartsWith("/elsewhere/", StringComparison.Ordinal))
            .Should().NotBeEmpty().And.OnlyContain(r => !r.Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public void Fetch_OfARenamedModel_FollowsTheRedirect()
    {
        Server.Misbehave = r => r.Path.StartsWith("/old/name/", StringComparison.Ordinal)
            ? new HubAnswer(307) { Headers = { ["Location"] = r.Path.Replace("/old/name/", "/openai/clip/", StringComparison.Ordinal) } }
                : null;
        Fetch(model: "old/name").Should().Be(Path.Combine(Cache, "models--old--name", "snapshots", LoopbackHub.Commit));
    }

    [Fact]
    public void Fetch_OfAServerWithoutHead_AsksWithGet()
    {
        Server.Misbehave = r => r.Method == "HEAD" ? new HubAnswer(405) : null;
        Fetch().Should().Be(Snapshot);
    }

    [Fact]
    public void Fetch_OfShardedWeights_FetchesEveryShard()
    {
        using var server = new LoopbackHub().With("config.json", ClipConfigJson)
            .With(
                "model.safetensors.index.json",
                """{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors", "c": "model-1.safetensors"}}""")
            .With("model-1.safetensors", [1]).With("model-2.safetensors", [2, 3]);
        Fetch(Options() with { Endpoint = server.Address });
        Directory.GetFiles(Snapshot).Select(Path.GetFileName)
            .Should().BeEquivalentTo("config.json", "model.safetensors.index.json", "model-1.safetensors", "model-2.safetensors");
    }

    [Fact]
    public void Fetch_OfShardedBin_FetchesEveryShard()
    {
        using var server = new LoopbackHub().With("config.json", ClipConfigJson)
            .With("pytorch_model.bin.index.json", """{"weight_map": {"a": "pytorch_model-1.bin", "b": "pytorch_model-2.bin"}}""")
            .With("pytorch_model-1.bin", [1]).With("pytorch_model-2.bin", [2, 3]);
        Fetch(Options() with { Endpoint = server.Address });
        Directory.GetFiles(Snapshot).Select(Path.GetFileName)
            .Should().BeEquivalentTo("config.json", "pytorch_model.bin.index.json", "pytorch_model-1.bin", "pytorch_model-2.bin");
    }

    [Fact]
    public void Fetch_OfAnotherLibrarysConfigBesideOpenClips_FetchesOpenClipsFiles()
    {
        using var server = new LoopbackHub().With("config.json", """{"architecture": "vit_base_patch32_clip_224"}""")
            .With("model.safetensors", [9])
            .With("open_clip_config.json", "{}").With("open_clip_model.safetensors", [1, 2]);
        Fetch(Options() with { Endpoint = server.Address });
        File.Exists(Path.Combine(Snapshot, "open_clip_model.safetensors")).Should().BeTrue();
        File.Exists(Path.Combine(Snapshot, "model.safetensors")).Should().BeFalse();
    }

    [Theory, InlineData("open_clip_pytorch_model.safetensors"), InlineData("open_clip_pytorch_model.pth"), InlineData("model.safetensors"),
        InlineData("pytorch_model.bin")]
    public void Fetch_OfAnOpenClipModelUnderAnyOfItsNames_FetchesTheWeights(string weights)
    {
        using var server = new LoopbackHub().With("open_clip_config.json", "{}").With(weights, [1, 2]);
        Fetch(Options() with { Endpoint = server.Address });
        Directory.GetFiles(Snapshot).Select(Path.GetFileName).Should().BeEquivalentTo("open_clip_config.json", weights);
    }

    [Fact]
    public void Fetch_OfAnOpenClipModel_FetchesItsFiles()
    {
        using var server = new LoopbackHub().With("open_clip_config.json", "{}").With("open_clip_pytorch_model.bin", [1, 2]);
        Fetch(Options() with { Endpoint = server.Address });
        Directory.GetFiles(Snapshot).Select(Path.GetFileName)
            .Should().BeEquivalentTo("open_clip_config.json", "open_clip_pytorch_model.bin");
    }

    [Fact]
    public void Fetch_FromAMirrorThatTellsNoCommit_NamesTheSnapshotAfterTheBranch()
    {
        using var server = new LoopbackHub();
        server.Misbehave = r =>
            r.Path.EndsWith("/config.json", StringComparison.Ordinal) || r.Path.EndsWith("/model.safetensors", StringComparison.Ordinal)
            ? new HubAnswer(200)
            {
                Body = r.Method == "HEAD" ? [] : Encoding.UTF8.GetBytes(ClipConfigJson),
                Headers = { ["ETag"] = "W/\"../../strange tag\"", ["Content-Length"] = $"{ClipConfigJson.Length}" },
            }
            : new HubAnswer(404);
        string folder = Fetch(Options() with { Endpoint = server.Address });
        folder.Should().Be(Path.Combine(Repository, "snapshots", "main"));
        File.ReadAllText(Path.Combine(folder, "model.safetensors")).Should().Be(ClipConfigJson);
        Directory.GetFiles(Cache, "*", SearchOption.AllDirectories)
            .Should().OnlyContain(f => !f.Contains("strange", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FetchAsync_TwiceAtOnce_FetchesEachFileOnce()
    {
        using var a = new HuggingFaceHub(Options());
        using var b = new HuggingFaceHub(Options());
        string[] folders = await Task.WhenAll(a.FetchAsync("openai/clip"), b.FetchAsync("openai/clip"));
        folders.Should().Equal(Snapshot, Snapshot);
        Server.Requests.Count(r => r.Path == "/elsewhere/model.safetensors").Should().Be(1);
    }

    [Theory]
    [InlineData("openai/clip-vit-base-patch32", true)]
    [InlineData("laion/CLIP-ViT-B-32-laion2B-s34B-b79K", true)]
    [InlineData("openai/clip@refs/pr/1", true)]
    [InlineData("openai/clip@v1.0", true)]
    [InlineData("clip-vit-base-patch32", false)]
    [InlineData("a/b/c", false)]
    [InlineData("../clip", false)]
    [InlineData("openai/..", false)]
    [InlineData("openai/clip@../x", false)]
    [InlineData("openai/clip@", false)]
    [InlineData("open--ai/clip", false)]
    [InlineData("/openai", false)]
    [InlineData("C:\\models\\clip", false)]
    [InlineData("openai/clip\n", false)]
    [InlineData("", false)]
    public void IsModelName_OfAText_TellsNamesFromPaths(string text, bool expected) =>
        HuggingFaceHub.IsModelName(text).Should().Be(expected);
}
