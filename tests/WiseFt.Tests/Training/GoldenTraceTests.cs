using System.Text.Json;
using TorchSharp;
using WiseFt.Files;
using WiseFt.Training;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Twenty steps of the reference implementation, step by step (tests/Fixtures/scripts/make.py).</summary>
public sealed class GoldenTraceTests
{
    private static readonly double[] _alphas = [0, 0.25, 0.5, 0.75, 1];

    [Theory]
    [InlineData("end-to-end", FineTuningMode.EndToEnd, 8)]
    [InlineData("end-to-end", FineTuningMode.EndToEnd, 3)]
    [InlineData("linear", FineTuningMode.LinearClassifier, 8)]
    [InlineData("linear", FineTuningMode.LinearClassifier, 5)]
    public void Run_GoldenBatches_FollowsTheReference(string name, FineTuningMode mode, int microBatchSize)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Fixtures.Path($"finetuning/{name}.json")));
        JsonElement settings = golden.RootElement;
        using SafetensorsFile inputs = SafetensorsFile.Open(Fixtures.Path("finetuning/inputs.safetensors"));
        using SafetensorsFile expected = SafetensorsFile.Open(Fixtures.Path($"finetuning/{name}.safetensors"));
        using ClipModel clip = ClipModel.Load(Fixtures.Path("models/hf-quickgelu"));
        using ImageClassifier zeroShot = ZeroShotHead.Build(
            clip, Strings(settings, "class_names"), new PromptTemplates("golden", Strings(settings, "templates")));
        AssertClose(zeroShot.Weights["classification_head.weight"], inputs, "zero_shot_head", 1e-4f);

        var steps = new List<FineTuningStep>();
        using ImageClassifier fineTuned = FineTuner.Run(
            zeroShot, GoldenInput(inputs, mode == FineTuningMode.LinearClassifier ? zeroShot : null),
            Options(settings, mode, microBatchSize), null, new Reported<FineTuningStep>(steps.Add), CancellationToken.None);

        foreach (var (step, row) in steps.Zip(settings.GetProperty("trace").EnumerateArray()))
        {
            step.LearningRate.Should().BeApproximately(row.GetProperty("lr").GetDouble(), 1e-9, "of step {0}", step.Step);
            step.Loss.Should().BeApproximately(row.GetProperty("loss").GetDouble(), 1e-4, "of step {0}", step.Step);
            step.GradientNorm.Should().BeApproximately(row.GetProperty("gradient_norm").GetDouble(), 1e-3, "of step {0}", step.Step);
        }
        steps.Should().HaveCount(settings.GetProperty("total_steps").GetInt32());
        double path = steps.Sum(s => s.LearningRate);
        foreach (var (key, tensor) in fineTuned.Weights)
            if (key.EndsWith(".attn.in_proj_bias", StringComparison.Ordinal)) AssertAttentionBias(tensor, expected, key, path);
            else AssertClose(tensor, expected, key, 1e-4f);
        AssertMixtures(zeroShot, fineTuned, inputs, expected);
    }

    private static void AssertMixtures(
        ImageClassifier zeroShot, ImageClassifier fineTuned, SafetensorsFile inputs, SafetensorsFile expected)
    {
        using Tensor evaluation = inputs.Read("evaluation").to(float32);
        foreach (double alpha in _alphas)
        {
            using Weights theta = WiseFt.WeightSpace.Interpolate(zeroShot.Weights, fineTuned.Weights, alpha);
            using ImageClassifier mixture = zeroShot.WithWeights(theta);
            using Tensor logits = mixture.Forward(evaluation);
            AssertClose(logits, expected, FormattableString.Invariant($"logits@{alpha}"), 1e-3f);
        }
    }

    private static TrainingInput GoldenInput(SafetensorsFile inputs, ImageClassifier? encoder)
    {
        Tensor pixels = inputs.Read("batches").to(float32).flatten(0, 1);               // (160, 3, 32, 32)
        Tensor input = encoder is null ? pixels : encoder.EncodeImage(pixels);
        long[] labels = [.. inputs.Read("labels").flatten().data<long>()];
        return new TrainingInput(
            [.. labels.Select(l => (int)l)], (indices, _) => input.index_select(0, tensor(indices.Select(i => (long)i).ToArray())),
            i => $"image {i}");
    }

    private static FineTuningOptions Options(JsonElement settings, FineTuningMode mode, int microBatchSize) => new()
    {
        Mode = mode,
        Epochs = 1,
        BatchSize = 8,
        MicroBatchSize = microBatchSize,
        LearningRate = settings.GetProperty("learning_rate").GetDouble(),
        WeightDecay = settings.GetProperty("weight_decay").GetDouble(),
        LabelSmoothing = settings.GetProperty("label_smoothing").GetDouble(),
        WarmupSteps = settings.GetProperty("warmup_steps").GetInt32(),
        ClipGradientNorm = settings.GetProperty("clip_gradient_norm").GetDouble(),
        Shuffle = false,
        Augmentation = false,
    };

    private static string[] Strings(JsonElement settings, string name) =>
        [.. settings.GetProperty(name).EnumerateArray().Select(e => e.GetString()!)];

    /// <summary>Query and value bias are the reference's. The key bias has no gradient, since softmax forgets what all keys of a query
    /// have in common: what is computed is the rounding noise of a processor, which AdamW makes steps of,
    /// so two processors agree only in how far those steps can lead.</summary>
    private static void AssertAttentionBias(Tensor actual, SafetensorsFile expected, string name, double path)
    {
        using Tensor whole = expected.Read(name);
        Tensor[] ours = actual.chunk(3), theirs = whole.chunk(3);
        for (int part = 0; part < 3; part++)
        {
            using Tensor error = (ours[part] - theirs[part]).abs().max();
            error.item<float>().Should().BeLessThan(part == 1 ? (float)(2 * path) : 1e-4f, "{0}, part {1}", name, part);
        }
        foreach (Tensor part in ours.Concat(theirs)) part.Dispose();
    }

    private static void AssertClose(Tensor actual, SafetensorsFile expected, string name, float tolerance)
    {
        using Tensor tensor = expected.Read(name);
        actual.shape.Should().Equal(tensor.shape);
        using Tensor error = (actual - tensor).abs().max();
        error.item<float>().Should().BeLessThan(tolerance, name);
    }
}
