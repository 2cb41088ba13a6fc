using System.Text.Json;
using System.Text.RegularExpressions;
using SkiaSharp;

namespace WiseFt.Tool.Tests;

/// <summary>The guide of the first hour, command by command as it is written, with drawn shapes and the built-in model.</summary>
public sealed partial class FirstHourTests : IDisposable
{
    private static readonly string[] _shapes = ["circle", "square", "triangle"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Guide_EveryCommandAsWritten_LeavesWhatItSays()
    {
        DrawPhotographs();
        List<string> said = [];
        foreach (string[] words in Commands().Where(words => words[0] != "demo")) // which other tests run
        {
            var (exitCode, output, errors) = await Run(words);
            exitCode.Should().Be(0, "{0}: {1}", string.Join(' ', words), errors);
            errors.Should().NotContain("   at ");
            said.Add(output + errors);
        }
        string all = string.Join('\n', said);

        all.Should().Contain("circle").And.Contain("Zero-shot accuracy").And.Contain("Recipe that fits the data: batch size 16")
            .And.Contain("Accuracy on validation by epoch").And.Contain("Next: accuracy on a test set")
            .And.Contain("Ship alpha").And.Contain("Against the zero-shot model it").And.Contain("Against the fine-tuned model it")
            .And.Contain("under shift").And.Contain("are at alpha 0.7 now").And.Contain("Wrote ");
        File.ReadAllText(_folder.At("report", "report.html")).Should().Contain("Ship alpha").And.Contain("outlines");
        JsonDocument.Parse(File.ReadAllText(_folder.At("out", "config.json"))).RootElement.GetProperty("alpha").GetDouble()
            .Should().Be(0.7);
        string[] left = ["model.onnx", "out-hf/model.safetensors", "out/model.zip", "Shapes/Shapes.slnx", "Shapes/README.md"];
        left.Where(file => !File.Exists(_folder.At(file))).Should().BeEmpty("the guide says that its commands leave these");
    }

    private static string Guide() => File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot, "docs", "first-hour.md"));

    /// <summary>The lines of the guide that begin as at a prompt, as words; the model is the one that is here.</summary>
    private static IEnumerable<string[]> Commands() => Guide().Split('\n')
        .Where(line => line.StartsWith("$ wiseft ", StringComparison.Ordinal))
        .Select(line => Words().Matches(line["$ wiseft ".Length..]).Select(m => m.Value.Trim('"')).ToArray())
        .Select(words => words.Select(w => w == "openai/clip-vit-base-patch32" ? Fixtures.Data("starter-clip") : w).ToArray());

    private async Task<(int ExitCode, string Output, string Errors)> Run(string[] words)
    {
        using ToolProcess tool = ToolProcess.StartDotnet(
            _folder.Path, [Path.Combine(AppContext.BaseDirectory, "WiseFt.Tool.dll"), .. words], ("OMP_NUM_THREADS", "1"));
        return await tool.EndAsync();
    }

    private void DrawPhotographs()
    {
        foreach (string shape in _shapes)
        {
            for (int n = 1; n <= 10; n++) Draw(_folder.At("photos", "train", shape, $"{n}.png"), shape, n, SKPaintStyle.Fill);
            for (int n = 101; n <= 104; n++) Draw(_folder.At("photos", "test", shape, $"{n}.png"), shape, n, SKPaintStyle.Fill);
            for (int n = 201; n <= 204; n++) Draw(_folder.At("photos", "outlines", shape, $"{n}.png"), shape, n, SKPaintStyle.Stroke);
        }
    }

    /// <summary>A shape of some size, place and colour.</summary>
    private static void Draw(string path, string shape, int seed, SKPaintStyle style)
    {
        const int side = 72;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var random = new Random(seed * 31 + shape.Length);
        float size = random.Next(24, 36), x = random.Next(4, 30), y = random.Next(4, 30);
        using var surface = SKSurface.Create(new SKImageInfo(side, side));
        surface.Canvas.Clear(SKColors.White);
        using var paint = new SKPaint
        {
            Color = new SKColor((byte)random.Next(180), (byte)random.Next(180), (byte)random.Next(180)), Style = style, StrokeWidth = 3,
            IsAntialias = true,
        };
        if (shape == "circle") surface.Canvas.DrawOval(new SKRect(x, y, x + size, y + size), paint);
        else if (shape == "square") surface.Canvas.DrawRect(new SKRect(x, y, x + size, y + size), paint);
        else
        {
            using var triangle = new SKPath();
            triangle.AddPoly([new(x, y + size), new(x + size, y + size), new(x + size / 2, y)], close: true);
            surface.Canvas.DrawPath(triangle, paint);
        }
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, data.ToArray());
    }

    [GeneratedRegex("\"[^\"]*\"|[^ ]+")]
    private static partial Regex Words();
}
