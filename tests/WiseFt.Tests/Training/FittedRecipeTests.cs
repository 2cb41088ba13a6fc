namespace WiseFt.Tests;

public sealed class FittedRecipeTests
{
    [Theory]
    [InlineData(1, 16, 30)]
    [InlineData(93, 16, 30)]         // 6 steps an epoch, 180 in all, where the paper's recipe has 10
    [InlineData(320, 16, 10)]
    [InlineData(640, 32, 10)]
    [InlineData(5_000, 128, 10)]
    [InlineData(10_240, 512, 10)]
    [InlineData(1_281_167, 512, 10)] // the paper's
    public void For_ANumberOfImages_GivesEnoughSteps(int images, int batchSize, int epochs)
    {
        FittedRecipe recipe = FittedRecipe.For(images);

        (recipe.Options.BatchSize, recipe.Options.Epochs, recipe.Options.LearningRate).Should().Be((batchSize, epochs, 3e-5));
        recipe.Reason.Should().StartWith($"batch size {batchSize}, because {images} images").And.Contain("learning rate 3e-5");
    }

    [Fact]
    public void For_ImageNet_IsThePapersRecipe() => FittedRecipe.For(1_281_167).Options.Should().Be(new FineTuningOptions());

    [Fact]
    public void For_ALinearClassifier_HasAHigherRate()
    {
        FineTuningOptions options = FittedRecipe.For(93, FineTuningMode.LinearClassifier).Options;

        (options.Mode, options.LearningRate).Should().Be((FineTuningMode.LinearClassifier, 1e-2));
    }

    [Fact]
    public void For_NoImage_IsRefused() =>
        FluentActions.Invoking(() => FittedRecipe.For(0)).Should().Throw<ArgumentOutOfRangeException>();

    [Theory]
    [InlineData(116, 7, 10, 512, "10 steps are few")]
    [InlineData(35, 7, 100, 16, "5 images a class are few")]
    [InlineData(200, 7, 30, 16, null)]
    public void Warnings_OfARun_SayWhatToExpect(int images, int classes, int epochs, int batchSize, string? expected)
    {
        var options = new FineTuningOptions { Epochs = epochs, BatchSize = batchSize };

        string all = string.Join(' ', FittedRecipe.Warnings(options, images, classes));

        if (expected is null) all.Should().BeEmpty();
        else all.Should().Contain(expected).And.Contain("expect");
    }
}
