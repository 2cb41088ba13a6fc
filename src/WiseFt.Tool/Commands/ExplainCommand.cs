using System.CommandLine;
using System.Globalization;
using WiseFt.Explanation;
using WiseFt.Images;

namespace WiseFt.Tool;

/// <summary><c>wiseft explain</c>: the part of a picture that a prediction needs, as a heat map.</summary>
internal static class ExplainCommand
{
    private static readonly Option<string> _output = new("--output")
    {
        Description = "The heat map, a .png file.", Required = true, HelpName = "PNG",
    };

    private static readonly Option<bool> _overwrite = Destination.Overwrite();

    private static readonly Option<string?> _class = new("--class")
    {
        Description = "The class to explain (default: the most probable).", HelpName = "NAME",
    };

    private static readonly Option<double?> _alpha = SharedOptions.Alpha("Mixing coefficient in [0, 1]", "the model's own");

    private static readonly Option<int?> _window = Setting.OptionalNumber<int>(
        "--window", "Side of the patch in pixels of the square that the model sees (default: a quarter of its side).",
        side => _ = new OcclusionOptions { Window = side });

    private static readonly Option<int?> _stride = Setting.OptionalNumber<int>(
        "--stride", "How far apart two patches are, in pixels (default: a quarter of the patch).",
        step => _ = new OcclusionOptions { Stride = step });

    private static readonly Option<string> _device = SharedOptions.Device(), _precision = SharedOptions.Precision();
    private static readonly Option<bool> _json = SharedOptions.Json();

    private static readonly Argument<string[]> _image = new("image")
    {
        Description = "An image file.", Arity = ArgumentArity.OneOrMore, HelpName = "IMAGE",
    };

    public static Command Create()
    {
        var command = new ToolCommand(
            "explain", "Which part of a picture a prediction needs, as a heat map.", "wiseft explain --model out cat.png --output heat.png",
            "Covers the picture with a grey patch, place by place: red where the class's probability drops, blue where it rises " +
            "(docs/explain.md).");
        var model = new ClassifierFlags(command, _device, _image);
        foreach (Option flag in new Option[] { _output, _overwrite, _class, _alpha, _window, _stride, _device, _precision, _json })
            command.Options.Add(flag);
        model.AddRest(command);
        command.Arguments.Add(_image);
        Mistake.RefuseFlagsAmong(command, _image);
        command.SetAction((parsed, cancel) => Task.Run(() => Run(parsed, model.Read(parsed), cancel), cancel));
        return command;
    }

    private static int Run(ParseResult parsed, ClassifierSource source, CancellationToken cancel)
    {
        string[] images = parsed.GetRequiredValue(_image);
        if (images.Length > 1)
            throw new UsageException($"There are {images.Length} images ({Listed.First(images)}); expected one.");
        string image = images[0];
        string output = Destination.OfFile(
            _output.Name, parsed.GetRequiredValue(_output), ".png", parsed.GetValue(_overwrite), isDerived: _ => false,
            [.. source.Inputs, ("IMAGE", image)]);
        if (!File.Exists(image)) throw new FileNotFoundException($"There is no image {image}.");
        using ImageClassifier model = source.LoadMixture(parsed.GetValue(_alpha), cancel);
        var options = new OcclusionOptions
        {
            Window = parsed.GetValue(_window),
            Stride = parsed.GetValue(_stride),
            Precision = SharedOptions.ParsePrecision(parsed.GetRequiredValue(_precision)),
        };
        OcclusionMap map = Tracker.Run("Covering", "patches", bar =>
            Occlusion.Explain(model, ImageSource.FromFile(image), parsed.GetValue(_class), options, bar, cancel));
        map.Save(output);
        if (parsed.GetValue(_json)) Output.Json(Document(image, output, map));
        else Say(output, map);
        return 0;
    }

    private static object Document(string image, string output, OcclusionMap map) => new
    {
        path = image,
        label = map.ClassName,
        probability = map.Probability,
        side = map.Side,
        window = map.Window,
        stride = map.Stride,
        rows = map.Rows,
        columns = map.Columns,
        drops = map.Drops.Chunk(map.Columns),
        output,
    };

    private static void Say(string output, OcclusionMap map)
    {
        float highest = map.Drops.Max(), lowest = map.Drops.Min();
        Console.Out.WriteLine($"{map.ClassName}: {Percent(map.Probability)} %.");
        Console.Out.WriteLine(highest > 0
            ? $"It needs most what is {Place(map, highest)}: covered, its probability drops by {Percent(highest)} points on average."
            : "It needs no part of the picture: its probability drops nowhere.");
        if (lowest < 0)
            Console.Out.WriteLine($"Against it speaks most what is {Place(map, lowest)}: covered, it rises by {Percent(-lowest)} points.");
        Console.Out.WriteLine(FormattableString.Invariant(
            $"Wrote {output}: red where its probability drops, blue where it rises, under a grey patch of {map.Window} x {map.Window} ") +
            FormattableString.Invariant($"of the {map.Side} x {map.Side} pixels that the model sees."));
    }

    private static string Percent(float share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Place(OcclusionMap map, float drop)
    {
        int cell = map.Drops.IndexOf(drop);
        double row = (cell / map.Columns + 0.5) / map.Rows, column = (cell % map.Columns + 0.5) / map.Columns;
        string vertical = row < 1.0 / 3 ? "at the top" : row > 2.0 / 3 ? "at the bottom" : "";
        string horizontal = column < 1.0 / 3 ? "on the left" : column > 2.0 / 3 ? "on the right" : "";
        return vertical.Length + horizontal.Length == 0 ? "in the middle" : $"{vertical} {horizontal}".Trim();
    }
}
