using System.Globalization;
using System.Reflection;
using System.Security;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using WiseFt.ML;

namespace WiseFt.Tool;

/// <summary>Writes the generated projects: a library with the model and its code, a console program,
/// a web service, and a solution.</summary>
internal static partial class ScaffoldFiles
{
    private static readonly (string Template, string Path)[] _files =
    [
        ("solution.xml", "{0}.slnx"),
        ("directory.build.props.xml", "Directory.Build.props"),
        ("model.csproj.xml", "{0}_Model/{0}_Model.csproj"),
        ("consumption.cs", "{0}_Model/{0}.consumption.cs"),
        ("training.cs", "{0}_Model/{0}.training.cs"),
        ("evaluate.cs", "{0}_Model/{0}.evaluate.cs"),
        ("console.csproj.xml", "{0}_Console/{0}_Console.csproj"),
        ("console.cs", "{0}_Console/Program.cs"),
        ("webapi.csproj.xml", "{0}_WebApi/{0}_WebApi.csproj"),
        ("webapi.cs", "{0}_WebApi/Program.cs"),
    ];

    /// <summary>Where the model goes in the folder.</summary>
    public static string ModelFile(string folder, string name) => Path.Combine(folder, name + "_Model", name + ".mlnet");

    /// <summary>Writes everything but the model.</summary>
    /// <param name="folder">The solution's folder.</param>
    /// <param name="settings">What was asked for.</param>
    /// <param name="trial">How training went.</param>
    public static void Write(string folder, ScaffoldSettings settings, ScaffoldTrial trial)
    {
        Dictionary<string, string> values = Values(settings, trial);
        foreach (var (template, path) in _files)
        {
            string file = Path.Combine(folder, string.Format(CultureInfo.InvariantCulture, path, settings.Name));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, Fill(Template(template), values));
        }
        File.WriteAllText(
            Path.Combine(folder, settings.Name + "_Model", settings.Name + ".mbconfig"), TrainingConfig.Text(settings, trial));
    }

    private static string Fill(string template, Dictionary<string, string> values) =>
        Placeholder().Replace(template, match => values[match.Groups[1].Value]);

    private static Dictionary<string, string> Values(ScaffoldSettings settings, ScaffoldTrial trial) => new(StringComparer.Ordinal)
    {
        ["NAME"] = settings.Name,
        ["CLASS"] = CSharpName.Type(settings.Name),
        ["NAMESPACE"] = CSharpName.Identifier(settings.Name) + "_Model",
        ["DATA_FOLDER"] = CSharpName.Literal(settings.DataFolder),
        ["CLIP_MODEL"] = CSharpName.Literal(settings.ModelPath),
        ["TEMPLATES"] = CSharpName.Literal(settings.Templates),
        ["SAMPLE"] = CSharpName.Literal(trial.Sample),
        ["MODE"] = settings.Recipe.Mode.ToString(),
        ["ALPHA"] = settings.Alpha.ToString("R", CultureInfo.InvariantCulture),
        ["EPOCHS"] = settings.Recipe.Epochs.ToString(CultureInfo.InvariantCulture),
        ["LEARNING_RATE"] = settings.Recipe.LearningRate.ToString("R", CultureInfo.InvariantCulture),
        ["BATCH_SIZE"] = settings.Recipe.BatchSize.ToString(CultureInfo.InvariantCulture),
        ["SEED"] = settings.Recipe.Seed.ToString(CultureInfo.InvariantCulture),
        ["REFERENCE"] = Reference(settings.Source),
        ["NATIVE"] = Native(settings.Source),
        ["TORCH_VERSION"] = Version(typeof(TorchSharp.torch).Assembly),
        ["OPENAPI_VERSION"] = "10.0.15",
    };

    private static string Reference(string? source) => source is null
        ? $"""<PackageReference Include="WiseFt.ML" Version="{Version(typeof(WiseFtTransformer).Assembly)}" />"""
        : string.Join("\n    ", PinnedPackages(source)
            .Prepend($"""<ProjectReference Include="{MSBuild(Path.Combine(source, "src", "WiseFt.ML", "WiseFt.ML.csproj"))}" />"""));

    /// <summary>The versions that a checkout pins for what its packages need;
    /// WiseFt's own packages carry them along, a project does not.</summary>
    private static IEnumerable<string> PinnedPackages(string source) =>
        from element in XDocument.Load(Path.Combine(source, "Directory.Packages.props")).Descendants("PackageVersion")
        where ((string?)element.Parent!.Attribute("Label"))?.StartsWith("Transitive", StringComparison.Ordinal) == true
        select $"""<PackageReference Include="{(string?)element.Attribute("Include")}" Version="{(string?)element.Attribute("Version")}" />""";

    private static string Native(string? source) => source is null
        ? ""
        : $"""{"\n"}  <Import Project="{MSBuild(Path.Combine(source, "eng", "NativeLibrary.targets"))}" />""";

    private static string Version(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>A path in a project file: neither XML nor MSBuild takes a part of it for its own.</summary>
    private static string MSBuild(string path) => SecurityElement.Escape(MSBuildSign().Replace(
        path, match => string.Create(CultureInfo.InvariantCulture, $"%{(int)match.Value[0]:X2}")));

    private static string Template(string name)
    {
        using Stream stream = typeof(ScaffoldFiles).Assembly.GetManifestResourceStream($"Scaffold.{name}.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("__([A-Z_]+?)__")]
    private static partial Regex Placeholder();

    [GeneratedRegex("[%$@;?*]")]
    private static partial Regex MSBuildSign();
}
