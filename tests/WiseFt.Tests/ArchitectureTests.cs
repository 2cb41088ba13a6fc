using System.Text.RegularExpressions;

namespace WiseFt.Tests;

/// <summary>The folders are the architecture: dependencies point one way.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>The folders of the core. What lies in a folder itself stands above its sub-folders;
    /// a folder uses only those above it in this list.</summary>
    private static readonly string[] _bottomUp =
    [
        "", "Tensors",
        "Files/Disk", "Files/Pickles", "Files/Safetensors", "Files/PyTorch", "Files/Hub", "Files/Naming", "Files",
        "Merging/Arithmetic", "Merging/Recipe/Syntax", "Merging/Recipe", "Merging/Methods", "Merging",
        "Text/Repair", "Text",
        "Images/Decoding", "Images/Resampling", "Images/Preprocessing", "Images/Datasets/NumPy", "Images/Datasets",
        "Models/Towers", "Models/Formats", "Models",
        "Classification", "Explanation",
        "Training/Recipe", "Training/Optimisation", "Training/Snapshots", "Training",
        "Evaluation/Samples", "Evaluation/LabelSpaces", "Evaluation/Sweep", "Evaluation/Statistics", "Evaluation/AlphaChoice", "Evaluation",
        "Runs", "Ensembling",
    ];

    [Fact]
    public void Core_EveryType_UsesOnlyTypesOfItsFolderAndThoseBelow()
    {
        var core = new ProjectFolders("WiseFt");
        core.Rooms.Values.Distinct().Should().BeEquivalentTo(_bottomUp);
        core.Arrows().Where(a => Level(a.UsedRoom) > Level(a.UserRoom)).Select(a => a.ToString()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("WiseFt", "Microsoft.ML")]
    [InlineData("WiseFt", "WiseFt.ML")]
    [InlineData("WiseFt", "WiseFt.Onnx")]
    [InlineData("WiseFt", "WiseFt.Extensions")]
    [InlineData("WiseFt", "Microsoft.Extensions")]
    [InlineData("WiseFt", "Spectre.Console")]
    [InlineData("WiseFt.Onnx", "Microsoft.ML")]
    [InlineData("WiseFt.Onnx", "WiseFt.ML")]
    [InlineData("WiseFt.Reports", "WiseFt.ML")]
    [InlineData("WiseFt.Reports", "Microsoft.ML")]
    [InlineData("WiseFt.Extensions.AI", "WiseFt.ML")]
    [InlineData("WiseFt.Extensions.AI", "WiseFt.Onnx")]
    [InlineData("WiseFt.Extensions.AI", "Microsoft.ML")]
    [InlineData("WiseFt.Extensions.AI", "Microsoft.Extensions.VectorData")]
    [InlineData("WiseFt.ML", "WiseFt.Reports")]
    [InlineData("WiseFt.ML", "WiseFt.Extensions")]
    [InlineData("WiseFt.ML", "WiseFt.Tool")]
    [InlineData("WiseFt.ML", "Spectre.Console")]
    [InlineData("WiseFt.ML.TorchSharp", "WiseFt.ML")]
    [InlineData("WiseFt.ML.TorchSharp", "Microsoft.ML")]
    [InlineData("WiseFt.ML.TorchSharp", "TorchSharp")]
    public void Project_Code_NeverNames(string project, string forbidden)
    {
        string usage = $@"\busing (static )?{Regex.Escape(forbidden)}\b|\b{Regex.Escape(forbidden)}\.[A-Z]";
        Sources.In(Folder(project)).Where(f => Regex.IsMatch(CommentOrString().Replace(File.ReadAllText(f), ""), usage)).Should().BeEmpty();
    }

    [Fact]
    public void Core_Namespaces_FollowTheFirstFolder()
    {
        // The handful of everyday types is in WiseFt itself.
        var elsewhere = from file in Sources.In(Folder("WiseFt"))
                        let first = Path.GetRelativePath(Folder("WiseFt"), file).Split(Path.DirectorySeparatorChar)
                        let found = Regex.Match(File.ReadAllText(file), @"^namespace ([\w.]+);", RegexOptions.Multiline).Groups[1].Value
                        where found != "WiseFt" && found != (first.Length > 1 ? "WiseFt." + first[0] : "WiseFt")
                        select $"{file}: {found}";
        elsewhere.Should().BeEmpty();
    }

    [Fact]
    public void Core_Classes_AreSealedOrStaticOrAbstract()
    {
        var open = typeof(ClipModel).Assembly.GetTypes()
            .Where(t => t is { IsClass: true, IsSealed: false, IsAbstract: false }
                && t.Namespace?.StartsWith("WiseFt", StringComparison.Ordinal) == true && !t.Name.Contains('<'));
        open.Select(t => t.Name).Should().BeEmpty();
    }

    private static string Folder(string project) => ProjectFolders.Of(project);

    private static int Level(string room) => Array.IndexOf(_bottomUp, room);

    [GeneratedRegex("""//[^\n]*|"(?:[^"\\\n]|\\.)*"|/\*.*?\*/""", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();
}
