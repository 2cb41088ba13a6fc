using CsCheck;
using WiseFt.Evaluation;

namespace WiseFt.Tests;

public sealed class FrameRobustnessTests
{
    private static readonly string[] _classes = ["ant", "bee", "cat"];

    [Fact]
    public void Measure_ByHand_NeedsTheWholeGroup()
    {
        FrameGroup[] groups =
        [
            new(Frame("a0", "ant"), [Frame("a1", "ant"), Frame("a2", "ant")]),         // all right
            new(Frame("b0", "ant", "bee"), [Frame("b1", "ant", "bee")]),               // a set of labels: both predictions are in it
            new(Frame("c0", "cat"), [Frame("c1", "cat"), Frame("c2", "cat")]),         // a frame is wrong
            new(Frame("d0", "cat"), [Frame("d1", "cat")]),                             // the anchor is wrong
            new(Frame("e0", "bee"), []),                                               // no other frames
            new(Frame("f0", "bee"), [Frame("f1", "cat")]),                             // a frame with its own label
        ];
        string[] images = ["a0", "a1", "a2", "b0", "b1", "c0", "c1", "c2", "d0", "d1", "e0", "f0", "f1", "in no group"];

        var frames = FrameRobustness.Measure([0, 0, 0, 0, 1, 2, 2, 1, 1, 2, 1, 1, 2, 0], images, groups, _classes);

        frames.AnchorCorrect.Should().Equal(true, true, true, false, true, true);
        frames.GroupCorrect.Should().Equal(true, true, false, false, true, true);
        frames.Pm0.Should().BeApproximately(5.0 / 6, 1e-15);
        frames.PmK.Should().BeApproximately(4.0 / 6, 1e-15);
        frames.Pm0Interval().Should().Be(ConfidenceInterval.ClopperPearson(5, 6));
        frames.PmKInterval().Should().Be(ConfidenceInterval.ClopperPearson(4, 6));
    }

    [Fact]
    public void Measure_BackwardSlashes_CountAsForwardOnes() =>
        FrameRobustness.Measure([0], [@"clip\10.jpg"], [new(Frame("clip/10.jpg", "ant"), [])], _classes).Pm0.Should().Be(1);

    [Fact]
    public void Measure_AnyPredictions_GroupsAreNoBetterThanAnchors() =>
        Gen.Int[0, 2].Array[12].SelectMany(p => Gen.Shuffle(Enumerable.Range(0, 12).ToArray()).Select(order => (p, order))).Sample(t =>
        {
            FrameGroup[] groups =
                [.. Enumerable.Range(0, 4)
                    .Select(g => new FrameGroup(Frame($"{g}/0", "ant"), [Frame($"{g}/1", "ant"), Frame($"{g}/2", "bee")]))];
            string[] images = [.. Enumerable.Range(0, 12).Select(i => $"{i / 3}/{i % 3}")];
            var frames = FrameRobustness.Measure(t.p, images, groups, _classes);
            var permuted = FrameRobustness.Measure(
                [.. t.order.Select(i => t.p[i])], [.. t.order.Select(i => images[i])], groups, _classes);
            return frames.PmK <= frames.Pm0 && frames.GroupCorrect.SequenceEqual(permuted.GroupCorrect)
                && frames.AnchorCorrect.SequenceEqual(permuted.AnchorCorrect);
        });

    [Fact]
    public void Measure_BadArguments_SaysWhich()
    {
        FrameGroup[] groups = [new(Frame("a0", "ant"), [Frame("a1", "ant")])];
        var missing = () => FrameRobustness.Measure([0], ["a0"], groups, _classes);
        var lengths = () => FrameRobustness.Measure([0], ["a0", "a1"], groups, _classes);
        var prediction = () => FrameRobustness.Measure([0, 3], ["a0", "a1"], groups, _classes);
        var twice = () => FrameRobustness.Measure([0, 0], ["a0", "a0"], groups, _classes);
        var label = () => FrameRobustness.Measure([0, 0], ["a0", "a1"], [new(Frame("a0", "cow"), [])], _classes);
        var none = () => FrameRobustness.Measure([0, 0], ["a0", "a1"], [], _classes);

        missing.Should().Throw<ArgumentException>().WithMessage("1 images of the groups have no prediction ('a1')*");
        lengths.Should().Throw<ArgumentException>().WithMessage("predictions has 1 samples, images has 2*");
        prediction.Should().Throw<ArgumentException>().WithMessage("predictions[1] is 3*");
        twice.Should().Throw<ArgumentException>().WithMessage("images has 'a0' twice*");
        label
            .Should().Throw<ArgumentException>()
            .WithMessage("groups has, in the group of 'a0', the image 'a0' with the unknown label 'cow'*");
        none.Should().Throw<ArgumentException>().WithMessage("groups is an empty list*");
    }

    private static LabelledFrame Frame(string image, params string[] labels) => new(image, [.. labels]);
}
