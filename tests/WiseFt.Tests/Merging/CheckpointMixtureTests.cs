using WiseFt.Files;
using WiseFt.Merging;

namespace WiseFt.Tests;

public sealed class CheckpointMixtureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(0.0), InlineData(0.25), InlineData(1.0)]
    public void Interpolate_OfFiles_IsTheInterpolationOfTheirWeights(double alpha)
    {
        string a = Part("a"), b = Part("b");
        long parameters = CheckpointMixture.Interpolate(a, b, alpha, _folder.At("mixed.safetensors"));
        using Weights theta0 = Read(a),
        theta1 = Read(b),
        expected = WiseFt.WeightSpace.Interpolate(theta0, theta1, alpha),
        mixed = Read(_folder.At("mixed.safetensors"));
        parameters.Should().Be(expected.ParameterCount);
        mixed.Should().HaveCount(expected.Count).And.OnlyContain(w =>
            w.Value.dtype == expected[w.Key].dtype && WiseFt.WeightSpace.AreEqual(w.Value, expected[w.Key]));
    }

    [Fact]
    public void Combine_OfThreeFiles_IsTheCombinationOfTheirWeights()
    {
        string a = Part("a"), b = Part("b");
        CheckpointMixture.Combine([a, b, a], [0.25, 0.5, 0.25], _folder.At("soup.safetensors"));
        using Weights theta0 = Read(a),
        theta1 = Read(b),
        expected = WiseFt.WeightSpace.Combine([theta0, theta1, theta0], [0.25, 0.5, 0.25]),
        soup = Read(_folder.At("soup.safetensors"));
        soup.Should().OnlyContain(w => WiseFt.WeightSpace.AreEqual(w.Value, expected[w.Key]));
    }

    [Fact]
    public void Interpolate_OntoOneOfItsInputs_ReplacesItByTheMixture()
    {
        string a = Part("a"), b = Part("b");
        using (Weights theta0 = Read(a), theta1 = Read(b), expected = WiseFt.WeightSpace.Interpolate(theta0, theta1, 0.5))
        {
            CheckpointMixture.Interpolate(a, b, 0.5, a);
            using Weights mixed = Read(a);
            mixed.Should().OnlyContain(w => WiseFt.WeightSpace.AreEqual(w.Value, expected[w.Key]));
        }
    }

    [Fact]
    public void Combine_OfOtherArchitectures_NamesTheFilesAndLeavesNothing()
    {
        string a = Part("a"), other = Fixtures.Path("models/hf-quickgelu/model.safetensors");
        Action act = () => CheckpointMixture.Combine([a, other], [0.5, 0.5], _folder.At("mixed.safetensors"));
        act.Should().Throw<WeightMismatchException>().WithMessage($"*{a}*{other}*same architecture*");
        Directory.GetFiles(_folder.Path).Should().ContainSingle("only the input is there");
    }

    /// <summary>A copy of a model of the golden mixture.</summary>
    private string Part(string model)
    {
        File.Copy(Fixtures.Path($"mixing/{model}.safetensors"), _folder.At(model + ".safetensors"));
        return _folder.At(model + ".safetensors");
    }

    private static Weights Read(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return file.ReadAll();
    }
}
