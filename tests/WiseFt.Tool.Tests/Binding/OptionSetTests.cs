using System.CommandLine;

namespace WiseFt.Tool.Tests;

/// <summary>Flags that are properties of a record: its defaults, its checks, its names for the values.</summary>
public sealed class OptionSetTests
{
    private static readonly FineTuningOptions _defaults = new();

    private readonly OptionSet<FineTuningOptions> _recipe = RecipeFlags.Create()
        .Number(
            "--warmup", "Warm-up.", o => o.WarmupSteps ?? FineTuningOptions.RecipeWarmupSteps, (o, steps) => o with { WarmupSteps = steps })
        .Switch("--no-shuffle", "Order.", (o, on) => o with { Shuffle = !on })
        .Choice(
            "--precision", "Products.", o => o.Precision, (o, p) => o with { Precision = p },
            ("float32", Precision.Float32), ("bfloat16", Precision.BFloat16))
        .Text("--feature-cache", "Folder.", "DIR", (o, folder) => o with { FeatureCacheDirectory = folder });

    [Fact]
    public void Read_NoFlag_IsTheDefaults()
    {
        _recipe.Read(Parse()).Should().Be(_defaults);
        _recipe.Read(Parse(), _defaults with { Epochs = 3 }).Epochs.Should().Be(3);
    }

    [Fact]
    public void Read_Flags_AreTheRecordsProperties() =>
        _recipe.Read(Parse(
            "--epochs", "2", "--lr", "1e-3", "--mode", "linear", "--no-shuffle", "--warmup", "500", "--feature-cache", "x", "--seed", "-4"))
            .Should().Be(_defaults with
            {
                Epochs = 2,
                LearningRate = 1e-3,
                Mode = FineTuningMode.LinearClassifier,
                Shuffle = false,
                WarmupSteps = 500,
                FeatureCacheDirectory = "x",
                Seed = -4,
            });

    [Theory]
    [InlineData("float32", Precision.Float32)]
    [InlineData("fp32", Precision.Float32)]
    [InlineData("bfloat16", Precision.BFloat16)]
    [InlineData("bf16", Precision.BFloat16)]
    public void Read_Precision_HasShortNamesToo(string word, Precision expected) =>
        _recipe.Read(Parse("--precision", word)).Precision.Should().Be(expected);

    [Theory]
    [InlineData("--epochs", "0", "; expected a finite number of at least 1.")]
    [InlineData("--epochs", "1.5", "; expected a whole number.")]
    [InlineData("--lr", "NaN", "; expected a finite number greater than 0.")]
    [InlineData("--lr", "1,5", "; expected a number.")]
    [InlineData("--warmup", "-1", "; expected a finite number of at least 0.")]
    [InlineData("--precision", "fp16", "; expected 'float32' or 'bfloat16'.")]
    [InlineData("--feature-cache", " ", "; expected a text that is not blank.")]
    public void Parse_OutOfTheRecordsRange_NamesTheFlagAndTheText(string flag, string text, string expected) =>
        Command().Parse([flag, text]).Errors.Select(e => e.Message).Should().Equal($"{flag} is '{text}'{expected}");

    private ParseResult Parse(params string[] words)
    {
        ParseResult parsed = Command().Parse(words);
        parsed.Errors.Should().BeEmpty();
        return parsed;
    }

    private ToolCommand Command() => new("verb", "A verb.", "verb") { _recipe };
}
