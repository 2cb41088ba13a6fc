using TorchSharp;
using WiseFt.Ensembling;
using WiseFt.Files;
using WiseFt.Merging;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class InputProductsTests : IDisposable
{
    private const string Visual = "image_encoder.model.visual.", Block = Visual + "transformer.resblocks.0.";

    private readonly SmallRun _run = SmallRun.Of("starter-clip", FineTuningMode.EndToEnd);
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _run.Dispose();
    }

    [Fact]
    public void Estimate_OfEveryLinearLayer_IsItsInputsMeanProduct()
    {
        using InputProducts products = InputProducts.Estimate(_run.ZeroShot, _run.Training, new() { BatchSize = 5 });
        Tensor pixels = _run.ZeroShot.Preprocessor.Load(_run.Training.Images), features = _run.ZeroShot.EncodeImage(pixels);
        Tensor unit = features / features.norm(-1, keepdim: true), proj = _run.ZeroShot.Weights[Visual + "proj"].detach();

        AssertClose(products.Weights[ImageClassifier.HeadWeight], Product(unit));
        AssertClose(products.Weights[Block + "attn.in_proj_weight"], Product(FirstNormalised(pixels)));
        // The features are the projection's outputs.
        AssertClose(proj.t().matmul(products.Weights[Visual + "proj"]).matmul(proj), Product(features));
    }

    [Fact]
    public void Estimate_Names_AreTheMatricesThatInputsAreMultipliedBy()
    {
        using InputProducts products = InputProducts.Estimate(_run.ZeroShot, _run.Training, new() { Examples = 2 });
        string[] matrices = [.. _run.ZeroShot.Weights
            .Where(w => w.Value.dim() == 2 && w.Key != Visual + "positional_embedding").Select(w => w.Key)];
        products.Weights.Keys.Should().BeEquivalentTo(matrices);
        foreach (string name in matrices)
        {
            long inputs = _run.ZeroShot.Weights[name].shape[name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0];
            products.Weights[name].shape.Should().Equal(inputs, inputs);
        }
        (products.Examples, products.Seed).Should().Be((2, 0));
    }

    [Fact]
    public void Estimate_OfAResNet_HasItsAttentionPoolAndItsHead()
    {
        using SmallRun run = SmallRun.Of("openai-resnet", FineTuningMode.EndToEnd);
        using InputProducts products = InputProducts.Estimate(run.ZeroShot, run.Training, new() { Examples = 3 });
        products.Weights.Keys.Should().BeEquivalentTo(
            "kqvc".Select(p => $"{Visual}attnpool.{p}_proj.weight").Append(ImageClassifier.HeadWeight));
    }

    [Fact]
    public void Observe_ChangesNoFeature()
    {
        Tensor pixels = _run.ZeroShot.Preprocessor.Load(_run.Training.Images), plain = _run.ZeroShot.EncodeImage(pixels);
        int seen = 0;
        Tensor observed;
        using (Products.Observe((_, _, _) => seen++)) observed = _run.ZeroShot.EncodeImage(pixels);
        WeightSpace.AreEqual(plain, observed).Should().BeTrue();
        seen.Should().BePositive();
        Products.IsObserved.Should().BeFalse();
    }

    [Fact]
    public void RegMean_OfTwoModels_IsNearerToBothOnTheirInputsThanTheMean()
    {
        using ImageClassifier other = _run.Train();
        using InputProducts first = InputProducts.Estimate(_run.ZeroShot, _run.Training);
        using InputProducts second = InputProducts.Estimate(other, _run.Training);
        using var folder = new TemporaryFolder();
        second.Save(folder.At("products.safetensors")); // one in memory, one on disk
        using SafetensorsFile file = SafetensorsFile.Open(folder.At("products.safetensors"));
        MergeModel[] models = [new("first", _run.ZeroShot.Weights), new("second", other.Weights)];
        var method = new RegMeanMerge(
            MergedInformation.Settings(new() { Scale = 0.999 }, 1, 1), [new("first", first.Weights), new("second", file)]);
        using Weights regMean = new MergeEngine(method, models).ToWeights(), mean = WeightSpace.Interpolate(
            _run.ZeroShot.Weights, other.Weights, 0.5);

        foreach (string name in new[] { Block + "mlp.c_fc.weight", Block + "attn.in_proj_weight", ImageClassifier.HeadWeight })
            Distance(regMean[name], name).Should().BeLessThan(Distance(mean[name], name), name);
        MergedInformation.AssertClose(
            Only(regMean, Visual + "ln_post.weight"), Only(mean, Visual + "ln_post.weight"));

        double Distance(Tensor merged, string name) =>
            OfOne(merged, _run.ZeroShot.Weights[name], first.Weights[name]) + OfOne(merged, other.Weights[name], second.Weights[name]);

        double OfOne(Tensor merged, Tensor theta, Tensor product)
        {
            Tensor difference = (merged - theta.detach()).to(float64);
            return difference.matmul(product.to(float64)).mul(difference).sum().item<double>();
        }

        static Weights Only(Weights weights, string name) => new([KeyValuePair.Create(name, weights[name].clone())]);
    }

    /// <summary>The inputs of the first block's attention, computed again: (tokens of all images, D).</summary>
    private Tensor FirstNormalised(Tensor pixels)
    {
        Tensor Of(string name) => _run.ZeroShot.Weights[Visual + name].detach();
        long d = Of("class_embedding").shape[0], patch = Of("conv1.weight").shape[^1];
        Tensor patches = nn.functional.conv2d(pixels, Of("conv1.weight"), strides: [patch, patch]).flatten(2).transpose(1, 2);
        Tensor x = cat([Of("class_embedding").expand(pixels.shape[0], 1, d), patches], 1) + Of("positional_embedding");
        x = nn.functional.layer_norm(x, [d], Of("ln_pre.weight"), Of("ln_pre.bias"));
        return nn.functional.layer_norm(
            x, [d], Of("transformer.resblocks.0.ln_1.weight"), Of("transformer.resblocks.0.ln_1.bias")).flatten(0, 1);
    }

    private static Tensor Product(Tensor rows) => rows.t().matmul(rows) / rows.shape[0];

    private static void AssertClose(Tensor actual, Tensor expected)
    {
        actual.shape.Should().Equal(expected.shape);
        ((actual - expected).norm() / expected.norm()).item<float>().Should().BeLessThan(1e-5f);
    }
}
