namespace WiseFt.Tests;

public sealed class SoupGridTests
{
    [Fact]
    public void Expand_TwoSettings_GivesAllCombinationsTheSeedFastest()
    {
        var grid = new SoupGrid { Seeds = [0, 7], LearningRates = [1e-5, 3e-5] };

        var runs = grid.Expand(new FineTuningOptions { Epochs = 3, BatchSize = 16 });

        grid.Count.Should().Be(4);
        runs.Select(r => (r.LearningRate, r.Seed)).Should().Equal((1e-5, 0), (1e-5, 7), (3e-5, 0), (3e-5, 7));
        runs.Should().OnlyContain(r => r.Epochs == 3 && r.BatchSize == 16);
    }

    [Fact]
    public void Expand_NoSetting_IsOneRun() => new SoupGrid().Expand(new FineTuningOptions { Epochs = 3 }).Should().ContainSingle()
        .Which.Epochs.Should().Be(3);

    [Fact]
    public void Parse_EverySetting_ReadsItsValues()
    {
        SoupGrid grid = SoupGrid.Parse(
            "lr=1e-5, 3e-5", "epochs=5,10", "batch-size=64", "weight-decay=0.1,0", "label-smoothing=0.05", " seed = 1,2,3");

        grid.LearningRates.Should().Equal(1e-5, 3e-5);
        grid.Epochs.Should().Equal(5, 10);
        grid.BatchSizes.Should().Equal(64);
        grid.WeightDecays.Should().Equal(0.1, 0);
        grid.LabelSmoothings.Should().Equal(0.05);
        grid.Seeds.Should().Equal(1, 2, 3);
    }

    [Theory]
    [InlineData("lr", "*'lr'*NAME=VALUE*")]
    [InlineData("speed=3", "*'speed=3'*lr, epochs, batch-size, weight-decay, label-smoothing, seed*")]
    [InlineData("lr=", "*'lr='*numbers with commas*")]
    [InlineData("lr=1e-5;3e-5", "*'lr=1e-5;3e-5'*numbers with commas*")]
    [InlineData("epochs=2.5", "*'epochs=2.5'*")]
    [InlineData("epochs=0", "*'epochs=0'*at least 1*")]
    [InlineData("lr=NaN", "*'lr=NaN'*greater than 0*")]
    [InlineData("seed=1,1", "*'seed=1,1'*each once*")]
    public void Parse_AMalformedSetting_SaysWhatIsExpected(string setting, string message) =>
        FluentActions.Invoking(() => SoupGrid.Parse(setting)).Should().Throw<FormatException>().WithMessage(message);

    [Fact]
    public void Parse_ASettingTwice_Refuses() => FluentActions.Invoking(() => SoupGrid.Parse("lr=1", "lr=2"))
        .Should().Throw<FormatException>().WithMessage("*lr twice*");

    [Fact]
    public void Init_ValuesOutOfRangeOrTwice_Refuses()
    {
        FluentActions.Invoking(() => new SoupGrid { LearningRates = [0] }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new SoupGrid { Seeds = [3, 3] }).Should().Throw<ArgumentException>().WithMessage("*each once*");
    }
}
