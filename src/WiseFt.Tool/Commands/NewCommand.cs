using System.CommandLine;
using System.Text.RegularExpressions;
using WiseFt.Evaluation;
using WiseFt.Files;

namespace WiseFt.Tool;

/// <summary><c>wiseft new</c>: a trained model with the code that uses it, as Model Builder leaves them.</summary>
internal static partial class NewCommand
{
    private static readonly FineTuningOptions _defaults = new() { Epochs = 5, BatchSize = 32 };
    // The built-in model is small, and bears a higher rate.
    private static readonly FineTuningOptions _builtInDefaults = _defaults with { LearningRate = 3e-4 };
    private static readonly Option<DirectoryInfo> _dataset = new("--dataset")
    {
        Description = "Images: a folder with one sub-folder a class. A fifth of each class is kept aside to measure accuracy.",
        Required = true,
        HelpName = "DIR",
    };
    private static readonly Option<string> _name = new("--name")
    {
        Description = "Name of the model: of its files and of its C# class.",
        Required = true,
        HelpName = "NAME",
    };
    private static readonly Option<string?> _model = new("--model")
    {
        Description = "CLIP model: a folder, a file or a name (default: the small built-in one, made for icons, " +
            "for which --lr is 3e-4 by default).",
        HelpName = "M",
    };

    private static readonly Option<DirectoryInfo?> _output = new("--output")
    {
        Description = "Folder for the solution, new or empty (default: NAME).",
        HelpName = "OUT",
    };
    private static readonly Option<double?> _alpha = SharedOptions.Alpha("Mixing coefficient in [0, 1]");
    private static readonly OptionSet<FineTuningOptions> _recipe = SharedOptions.Recipe();
    private static readonly Option<string> _templates = SharedOptions.Templates();
    private static readonly Option<DirectoryInfo?> _source = new("--wiseft-source")
    {
        Description = "A checkout of WiseFt to refer to instead of its packages (default: the one that this tool runs from, if it does).",
        HelpName = "DIR",
    };

    public static Command Create()
    {
        var command = new ToolCommand(
            "new", "Train a model and leave it with C# projects that use it: a library, a console program and a web service.",
            "wiseft new --dataset photos --name Pets --model openai/clip-vit-base-patch32",
            "Leaves NAME.slnx; NAME_Model with NAME.mlnet (the ML.NET model), NAME.mbconfig, NAME.consumption.cs, " +
            "NAME.training.cs and NAME.evaluate.cs as Model Builder names them; NAME_Console and NAME_WebApi; and README.md, which says " +
            "how to run, train again, serve and containerise. The folder can be moved.")
        {
            _dataset, _name, _model, _output, _alpha, _recipe, _templates, _source,
        };
        command.SetAction((parsed, cancel) => Task.Run(() => Run(Settings(parsed), parsed.GetValue(_output)?.FullName, cancel), cancel));
        return command;
    }

    private static int Run(ScaffoldSettings settings, string? output, CancellationToken cancel)
    {
        string folder = output ?? Path.GetFullPath(settings.Name);
        ScaffoldTrial? trial = null;
        StagedFolder.Write(folder, staged =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(ScaffoldFiles.ModelFile(staged, settings.Name))!);
            trial = ScaffoldTraining.Run(settings, ScaffoldFiles.ModelFile(staged, settings.Name), cancel);
            ScaffoldFiles.Write(staged, settings, trial);
        });
        if (trial!.Report is not null)
            ReportTable.Print(trial.Report, new AlphaDecision(AlphaDecision.Fixed, settings.Alpha), new ReportOptions());
        Console.Out.WriteLine(
            $"Wrote {folder}. Try: dotnet run -c Release --project \"{Path.Combine(folder, settings.Name + "_Console")}\"");
        return 0;
    }

    private static ScaffoldSettings Settings(ParseResult parsed)
    {
        string name = parsed.GetRequiredValue(_name);
        if (!Name().IsMatch(name))
            throw new UsageException(
                $"--name is '{name}'; expected letters, digits, '_', '-', '.' and spaces, beginning with a letter, a digit or '_', " +
                "and ending with one: it names files and projects.");
        string? model = parsed.GetValue(_model), source = parsed.GetValue(_source)?.FullName ?? OwnCheckout();
        if (source is not null && !IsCheckout(source))
            throw new UsageException($"--wiseft-source is '{source}'; expected a checkout of WiseFt, with src/WiseFt.ML in it.");
        return new ScaffoldSettings
        {
            Name = name,
            DataFolder = parsed.GetRequiredValue(_dataset).FullName,
            ModelIsBuiltIn = model is null,
            ModelPath = model is null ? Path.Combine(AppContext.BaseDirectory, "BuiltIn", "starter-clip") : FullPathOfExisting(model),
            Templates = FullPathOfExisting(parsed.GetRequiredValue(_templates)),
            Alpha = parsed.GetValue(_alpha) ?? MixingCoefficient.Default,
            Recipe = _recipe.Read(parsed, model is null ? _builtInDefaults : _defaults),
            Source = source,
        };
    }

    /// <summary>The checkout that this tool was built in, if it runs from there: packages of the same version may be nowhere yet.</summary>
    private static string? OwnCheckout()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (IsCheckout(folder.FullName)) return folder.FullName;
        return null;
    }

    private static bool IsCheckout(string folder) => File.Exists(Path.Combine(folder, "src", "WiseFt.ML", "WiseFt.ML.csproj"));

    /// <summary>What is there is a path, which the generated files name from their own folder; the rest is a name.</summary>
    private static string FullPathOfExisting(string text) => Path.Exists(text) ? Path.GetFullPath(text) : text;

    [GeneratedRegex(@"^[\p{L}\p{Nd}_]([\p{L}\p{Nd}_. -]*[\p{L}\p{Nd}_])?\z")]
    private static partial Regex Name();
}
