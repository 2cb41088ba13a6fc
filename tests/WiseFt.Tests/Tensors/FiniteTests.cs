using WiseFt.Classification;
using WiseFt.Evaluation;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Merging;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Numbers that are none are an error wherever they come in, and the first one is named.</summary>
public sealed class FiniteTests
{
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void IndexOfNone_AtEveryPlace_IsThatPlace(ScalarType type)
    {
        for (int length = 1; length < 70; length++)
            for (int at = -1; at < length; at++)
                foreach (float none in (ReadOnlySpan<float>)[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
                {
                    var numbers = new float[length];
                    Array.Fill(numbers, -65000f);
                    if (at >= 0) numbers[at] = none;
                    using Tensor tensor = torch(numbers, type);

                    Finite.IndexOfNone(tensor.ByteChunks().Single().Span, type).Should().Be(at);
                    Finite.IsFinite(tensor).Should().Be(at < 0);
                }

        static Tensor torch(float[] numbers, ScalarType type)
        {
            using Tensor single = tensor(numbers);
            return single.to(type);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(299_999)]
    public void Read_SafetensorsWithOneNaN_NamesTheWeight(int at)
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, at);
        using SafetensorsFile file = SafetensorsFile.Open(path);

        FluentActions.Invoking(() => file.Read("b")).Should().Throw<CheckpointException>().WithMessage($"{path}*'b' has*NaN*");
        using (Tensor fine = file.Read("a")) fine.sum().item<float>().Should().Be(3);
        FluentActions.Invoking(file.ReadAll).Should().Throw<CheckpointException>().WithMessage("*'b' has*");
        using FileStream stream = File.OpenRead(path);
        using var read = new Weights([KeyValuePair.Create("a", zeros(3)), KeyValuePair.Create("b", zeros(300_000))]);
        FluentActions.Invoking(() => SafetensorsStream.Open(stream, stream.Length, "Weights").CopyTo(read))
            .Should().Throw<CheckpointException>().WithMessage("Weights: 'b' has*");
    }

    [Fact]
    public void Load_CaseNanWeight_NamesTheWeight() =>
        FluentActions.Invoking(() => ClipModel.Load(Fixtures.Path("cases/nan-weight")))
            .Should().Throw<CheckpointException>().WithMessage("*model.pt: 'visual.*' has numbers that are none*");

    [Fact]
    public void Interpolate_FilesWithOneNaN_WritesNothing()
    {
        using var folder = new TemporaryFolder();
        string bad = Write(folder, 7);

        foreach (double alpha in (ReadOnlySpan<double>)[0, 0.5, 1])
            FluentActions.Invoking(() => CheckpointMixture.Interpolate(bad, bad, alpha, folder.At("mixed.safetensors")))
                .Should().Throw<CheckpointException>().WithMessage("*'b' has*");
        File.Exists(folder.At("mixed.safetensors")).Should().BeFalse();
    }

    [Theory]
    [InlineData(0.0, ScalarType.Float32)]
    [InlineData(0.3, ScalarType.Float32)]
    [InlineData(1.0, ScalarType.Float32)]
    [InlineData(0.3, ScalarType.BFloat16)]
    public void Interpolate_WeightsWithOneNaN_NamesTheWeight(double alpha, ScalarType type)
    {
        using Weights a = Model(), b = Model();

        FluentActions.Invoking(() => WeightSpace.Interpolate(a, b, alpha).Dispose())
            .Should().Throw<NotFiniteNumberException>().WithMessage("*'second' has*");

        Weights Model()
        {
            var numbers = new float[1000];
            numbers[997] = float.NaN;
            using Tensor single = tensor(numbers);
            return new Weights([
                KeyValuePair.Create("first", ones(1000, dtype: type)), KeyValuePair.Create("second", single.to(type, copy: true))]);
        }
    }

    [Fact]
    public void Save_WeightsWithOneNaN_WritesNothing()
    {
        using var folder = new TemporaryFolder();
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.LinearClassifier);
        Spoil(run.ZeroShot, float.NaN);

        FluentActions.Invoking(() => run.ZeroShot.Save(folder.At("x.safetensors")))
            .Should().Throw<NotFiniteNumberException>().WithMessage($"*'{ImageClassifier.HeadWeight}'*");
        FluentActions.Invoking(() => run.ZeroShot.WithWeights(run.ZeroShot.Weights))
            .Should().Throw<NotFiniteNumberException>().WithMessage($"*'{ImageClassifier.HeadWeight}'*");
        Directory.EnumerateFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    // All weights are numbers, and what they give is none.
    [Fact]
    public void Scores_OfWeightsThatAreTooLarge_NameTheImage()
    {
        using SmallRun run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
        LabelledImages images = SmallRun.Images(2);
        Spoil(run.ZeroShot, float.MaxValue, ImageClassifier.EncoderPrefix + "visual.proj");

        FluentActions.Invoking(() => ImageScorer.Probabilities(run.ZeroShot).Run(
            images.Images, batch => run.ZeroShot.Preprocessor.Load(batch), (_, _) => { }, progress: null, CancellationToken.None))
            .Should().Throw<NotFiniteNumberException>().WithMessage($"{images.Images[0].Name}: the model gives NaN*");
        FluentActions.Invoking(() => AlphaSweep.Run(run.ZeroShot, run.ZeroShot, images, [], [0, 1]))
            .Should().Throw<NotFiniteNumberException>().WithMessage($"{images.Images[0].Name}: the model gives NaN*");
    }

    private static void Spoil(ImageClassifier model, float value, string name = ImageClassifier.HeadWeight)
    {
        using IDisposable grad = no_grad();
        using TorchSharp.Scalar scalar = value;
        using Tensor row = model.Weights[name].select(0, 1);
        row.fill_(scalar);
    }

    private static string Write(TemporaryFolder folder, int at)
    {
        string path = folder.At("model.safetensors");
        SafetensorsFile.Write(path, new Dictionary<string, Tensor> { ["a"] = ones(3), ["b"] = zeros(300_000) });
        using FileStream file = File.OpenWrite(path);
        file.Position = file.Length - 4 * (300_000 - at);
        file.Write(BitConverter.GetBytes(float.NaN));
        return path;
    }
}
