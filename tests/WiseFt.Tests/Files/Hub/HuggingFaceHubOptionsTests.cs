using WiseFt.Files;

namespace WiseFt.Tests;

public sealed class HuggingFaceHubOptionsTests
{
    private static readonly string _home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    [Fact]
    public void FromEnvironment_OfNothing_IsTheHubAndTheSharedCache()
    {
        HuggingFaceHubOptions options = HuggingFaceHubOptions.FromEnvironment(name => name == "HF_TOKEN_PATH" ? "/nowhere" : null);
        options.Endpoint.Should().Be(new Uri("https://huggingface.co"));
        options.CacheFolder.Should().Be(Path.Join(_home, "/.cache/huggingface/hub"));
        options.Offline.Should().BeFalse();
        options.Token.Should().BeNull();
    }

    [Theory]
    [InlineData("HF_HUB_CACHE", "/c", "/c")]
    [InlineData("HUGGINGFACE_HUB_CACHE", "/c", "/c")]
    [InlineData("HF_HOME", "/h", "/h/hub")]
    [InlineData("XDG_CACHE_HOME", "/x", "/x/huggingface/hub")]
    public void FromEnvironment_OfACacheVariable_TakesItsFolder(string variable, string value, string expected) =>
        HuggingFaceHubOptions.FromEnvironment(name => name == variable ? value : null).CacheFolder.Replace('\\', '/').Should().Be(expected);

    [Fact]
    public void FromEnvironment_OfATilde_TakesTheHomeFolder() =>
        HuggingFaceHubOptions.FromEnvironment(name => name == "HF_HOME" ? "~/models" : null).CacheFolder
            .Should().Be(Path.Combine(Path.Join(_home, "/models"), "hub"));

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("YES", true)]
    [InlineData("0", false)]
    [InlineData("", false)]
    public void FromEnvironment_OfOffline_ReadsItAsPythonDoes(string value, bool expected) =>
        HuggingFaceHubOptions.FromEnvironment(name => name == "HF_HUB_OFFLINE" ? value : null).Offline.Should().Be(expected);

    [Fact]
    public void FromEnvironment_OfAToken_TakesItFromTheVariableOrTheFile()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("token", "hf_file\n").At("token");
        HuggingFaceHubOptions.FromEnvironment(name => name == "HF_TOKEN_PATH" ? file : null).Token.Should().Be("hf_file");
        HuggingFaceHubOptions.FromEnvironment(name =>
            name switch { "HF_TOKEN_PATH" => file, "HF_TOKEN" => " hf_variable ", _ => null }).Token.Should().Be("hf_variable");
    }

    [Theory, InlineData("huggingface.co"), InlineData("ftp://hub"), InlineData("/mirror")]
    public void FromEnvironment_OfAnEndpointThatIsNone_Refuses(string endpoint)
    {
        Action act = () => HuggingFaceHubOptions.FromEnvironment(name => name == "HF_ENDPOINT" ? endpoint : null);
        act.Should().Throw<ArgumentException>().WithMessage("*HF_ENDPOINT*");
    }

    [Fact]
    public void ToString_WithAToken_DoesNotShowIt() =>
        new HuggingFaceHubOptions { CacheFolder = "/c", Token = "hf_secret" }.ToString().Should().NotContain("hf_secret");
}
