using WiseFt.Classification;
using WiseFt.Models;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class ModifiedResNetTests
{
    [Fact]
    public void Forward_InTraining_GathersStatisticsAndReachesEveryParameter()
    {
        using ClipModel clip = ClipModel.Load(Fixtures.Path("models/openai-resnet"));
        using ImageClassifier classifier = ZeroShotHead.Build(clip, ["tench", "shark"], PromptTemplates.Simple);
        using var scope = NewDisposeScope();
        classifier.SetTraining(true);
        Tensor mean = classifier.Weights["image_encoder.model.visual.bn1.running_mean"], before = mean.clone();
        using (enable_grad()) classifier.ForwardHead(classifier.ForwardEncoder(rand(4, 3, 64, 64))).logsumexp(1, false).sum().backward();
        foreach (var parameter in classifier.TrainableParameters(withEncoder: true))
            parameter.grad!.isfinite().all().item<bool>().Should().BeTrue();
        WeightSpace.AreEqual(before, mean).Should().BeFalse("batch normalisation gathers statistics in training");
        classifier.Weights["image_encoder.model.visual.bn1.num_batches_tracked"].item<long>().Should().Be(1);
    }

    [Fact]
    public void Forward_InEvaluation_ChangesNothing()
    {
        using ClipModel clip = ClipModel.Load(Fixtures.Path("models/openai-resnet"));
        using var scope = NewDisposeScope();
        Tensor[] before = [.. clip.ImageEncoder.Weights.Values.Select(t => t.clone())];
        clip.EncodeImage(rand(2, 3, 64, 64)).shape.Should().Equal(2, 64);
        clip.ImageEncoder.Weights.Values.Zip(before).Should().OnlyContain(t => WeightSpace.AreEqual(t.First, t.Second));
    }

    [Fact]
    public void ClassifierFile_OfAResNet_ComesBackTheSame()
    {
        using var folder = new TemporaryFolder();
        using ClipModel clip = ClipModel.Load(Fixtures.Path("models/openai-resnet"));
        using ImageClassifier classifier = ZeroShotHead.Build(clip, ["tench", "shark"], PromptTemplates.Simple);
        ClassifierFile.Save(classifier, folder.At("c.safetensors"));
        using ImageClassifier read = ClassifierFile.Load(folder.At("c.safetensors"));
        read.Spec.Vision.Should().Be(VisionConfig.ModifiedResNet(64, 16, new ResNetStages(1, 2, 1, 1)));
        using Tensor pixels = rand(3, 3, 64, 64), a = classifier.Forward(pixels), b = read.Forward(pixels);
        WeightSpace.AreEqual(a, b).Should().BeTrue();
    }

    [Theory]
    [InlineData(65, 16, 8, "*multiple of 32*")]
    [InlineData(64, 15, 1, "*even number*")]
    [InlineData(64, 16, 7, "*512 wide with 7 heads*")]
    [InlineData(64, 0, 1, "*Width is 0*")]
    public void ModifiedResNet_NumbersThatDoNotFit_AreRefused(int resolution, int width, int heads, string message) =>
        FluentActions.Invoking(() => VisionConfig.ModifiedResNet(resolution, width, new ResNetStages(1, 1, 1, 1), heads))
            .Should().Throw<ArgumentException>().WithMessage(message);

    [Fact]
    public void ResNetStages_NoBlocks_IsRefused()
    {
        FluentActions.Invoking(() => new ResNetStages(1, 0, 1, 1))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Second is 0*");
        FluentActions.Invoking(() => new ResNetStages(1, 1, 1, 1) with { Fourth = -1 })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Fourth is -1*");
    }
}
