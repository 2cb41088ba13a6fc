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
    private const string SourceNote =
        " Its projects refer to a checkout of WiseFt, which\n`Directory.Build.props` names; `-p:WiseFtSource=DIR` names another.";

    private static readonly (string Template, string Path)[] _files =
    [
        ("solution.xml", "{0}.slnx"),
        ("directory.build.props.xml", "Directory.Build.props"),
        ("readme.md", "README.md"),
        ("gitignore", ".gitignore"),
        ("model.csproj.xml", "{0}_Model/{0}_Model.csproj"),
        ("consumption.cs", "{0}_Model/{0}.consumption.cs"),
        ("training.cs", "{0}_Model/{0}.training.cs"),
        ("evaluate.cs", "{0}_Model/{0}.evaluate.cs"),
        ("console.csproj.xml", "{0}_Console/{0}_Console.csproj"),
        ("console.cs", "{0}_Console/Program.cs"),
        ("webapi.csproj.xml", "{0}_WebApi/{0}_WebApi.csproj"),
        ("webapi.cs", "{0}_WebApi/Program.cs"),
        ("index.html", "{0}_WebApi/wwwroot/index.html"),
    ];

    /// <summary>Where the model goes in the folder.</summary>
    public static string ModelFile(string folder, string name) => Path.Combine(folder, name + "_Model", name + ".mlnet");

    /// <summary>Writes everything but the model.</summary>
    /// <param name="folder">The solution's folder.</param>
    /// <param name="settings">What was asked for.</param>
    /// <param name="trial">How training went.</param>
    public static void Write(string folder, ScaffoldSettings settings, ScaffoldTrial trial)
    {
        var assets = new ScaffoldAssets(folder, settings, trial);
        Dictionary<string, string> values = Values(folder, settings, trial, assets);
        foreach (var (template, path) in _files)
        {
            string file = Path.Combine(folder, string.Format(CultureInfo.InvariantCulture, path, settings.Name));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, Fill(Template(template), values));
        }
        File.WriteAllText(
            Path.Combine(folder, settings.Name + "_Model", settings.Name + ".mbconfig"), TrainingConfig.Text(settings, trial, assets));
        assets.Copy();
    }

    private static string Fill(string template, Dictionary<string, string> values) =>
        Placeholder().Replace(template, match => values[match.Groups[1].Value]);

    private static Dictionary<string, string> Values(
        string folder, ScaffoldSettings settings, ScaffoldTrial trial, ScaffoldAssets assets) => new(StringComparer.Ordinal)
        {
            ["NAME"] = settings.Name,
            ["CLASS"] = CSharpName.Type(settings.Name),
            ["NAMESPACE"] = CSharpName.Identifier(settings.Name) + "_Model",
            ["DATA"] = assets.DataFolder,
            ["DATA_FOLDER"] = CSharpName.Literal(assets.DataFolder),
            ["CLIP"] = assets.ClipModel,
            ["CLIP_MODEL"] = assets.ClipModelCode,
            ["TEMPLATES"] = assets.TemplatesCode,
            ["SAMPLE"] = CSharpName.Literal(assets.Sample),
            ["SAMPLE_FILE"] = $"{settings.Name}_Console/{assets.Sample}",
            ["SAMPLE_CLASS"] = trial.SampleClass,
            ["CLASSES"] = Listed.Classes(trial.ClassNames, quote: ""),
            ["CLASS_COUNT"] = Text(trial.ClassNames.Length),
            ["ORIGIN"] = ScaffoldReadme.Origin(settings, trial),
            ["ACCURACY"] = ScaffoldReadme.Accuracy(settings, trial),
            ["MODE"] = settings.Recipe.Mode.ToString(),
            ["ALPHA"] = Text(settings.Alpha),
            ["EPOCHS"] = Text(settings.Recipe.Epochs),
            ["LEARNING_RATE"] = Text(settings.Recipe.LearningRate),
            ["BATCH_SIZE"] = Text(settings.Recipe.BatchSize),
            ["SEED"] = Text(settings.Recipe.Seed),
            ["REFERENCE"] = Reference(settings.Source),
            ["NATIVE"] = settings.Source is null ? "" : "\n  <Import Project=\"$(WiseFtSource)/eng/buildTransitive/WiseFt.targets\" />",
            ["SOURCE"] = Source(folder, settings.Source),
            ["SOURCE_NOTE"] = settings.Source is null ? "" : SourceNote,
            ["CONTAINER"] = Container(settings.Name),
            ["TORCH_VERSION"] = Version(typeof(TorchSharp.torch).Assembly),
            ["OPENAPI_VERSION"] = "10.0.15",
        };

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static string Reference(string? source) => source is null
        ? $"""<PackageReference Include="WiseFt.ML" Version="{Version(typeof(WiseFtTransformer).Assembly)}" />"""
        : string.Join("\n    ", PinnedPackages(source)
            .Prepend("""<ProjectReference Include="$(WiseFtSource)/src/WiseFt.ML/WiseFt.ML.csproj" />"""));

    /// <summary>The versions that a checkout pins for what its packages need;
    /// WiseFt's own packages carry them along, a project does not.</summary>
    private static IEnumerable<string> PinnedPackages(string source) =>
        from element in XDocument.Load(Path.Combine(source, "Directory.Packages.props")).Descendants("PackageVersion")
        where ((string?)element.Parent!.Attribute("Label"))?.StartsWith("Transitive", StringComparison.Ordinal) == true
        select $"""<PackageReference Include="{(string?)element.Attribute("Include")}" Version="{(string?)element.Attribute("Version")}" />""";

    /// <summary>Where the checkout is: as far from the solution as now, if both were moved together, else where it is now.</summary>
    private static string Source(string folder, string? source)
    {
        if (source is null) return "";
        string near = "$(MSBuildThisFileDirectory)" + MSBuild(ScaffoldAssets.From(folder, source));
        return $"""


              <!-- The checkout of WiseFt; -p:WiseFtSource=DIR or the environment variable WiseFtSource names another. -->
              <PropertyGroup Condition="'$(WiseFtSource)' == ''">
                <WiseFtSource Condition="Exists('{near}/src/WiseFt.ML/WiseFt.ML.csproj')">{near}</WiseFtSource>
                <WiseFtSource Condition="'$(WiseFtSource)' == ''">{MSBuild(source)}</WiseFtSource>
              </PropertyGroup>
            """;
    }

    /// <summary>A name that a container registry takes.</summary>
    private static string Container(string name)
    {
        string letters = NoContainerLetter().Replace(name.ToLowerInvariant(), "-").Trim('-');
        return letters.Length > 0 ? letters : "image-classifier";
    }

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

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NoContainerLetter();

    [GeneratedRegex("[%$@;?*']")]
    private static partial Regex MSBuildSign();
}
