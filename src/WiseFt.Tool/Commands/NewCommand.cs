using System.CommandLine;
using System.Text.RegularExpressions;
using WiseFt.Evaluation;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Runs;

namespace WiseFt.Tool;

/// <summary><c>wiseft new</c>: a trained model with the code that uses it, as Model Builder leaves them.</summary>
internal static partial class NewCommand
{
    private static readonly Option<string> _dataset = SharedOptions.Data(
        "Images: a folder with one sub-folder a class. Every fifth image of a class is kept aside to measure accuracy.", "--dataset");

    private static readonly Option<string> _name = new("--name")
    {
        Description = "Name of the model: of its files and of its C# class.",
        Required = true,
        HelpName = "NAME",
    };
    private static readonly Option<string?> _model = new("--model")
    {
        Description = "The CLIP model to train: a folder, a file or a name (default: the small built-in one, made for icons). Or a " +
            "trained one, which is taken as it is: the folder or model.zip that `wiseft train` left, or a classifier's .safetensors file.",
        HelpName = "M",
    };
    private static readonly Option<string?> _zeroShot = ClassifierFlags.ZeroShot(), _fineTuned = ClassifierFlags.FineTuned();
    private static readonly Option<string?> _clip = new("--clip")
    {
        Description = "The CLIP model with which the generated code trains again, where --model is a trained one (default: the one it " +
            "was trained from, else the built-in one).",
        HelpName = "M",
    };

    private static readonly Option<DirectoryInfo?> _output = new("--output")
    {
        Description = "Folder for the solution, new or empty (default: NAME).",
        HelpName = "OUT",
    };
    private static readonly Option<double?> _alpha = SharedOptions.Alpha("Mixing coefficient in [0, 1]", "0.5, or a trained model's own");
    private static readonly Option<string> _recipeName = RecipeFlags.Name();
    private static readonly OptionSet<FineTuningOptions> _recipe = RecipeFlags.Create();
    private static readonly Option<string> _templates = SharedOptions.Templates();
    private static readonly Option<DirectoryInfo?> _source = new("--wiseft-source")
    {
        Description = "A checkout of WiseFt to refer to instead of its packages (default: the one that this tool runs from, if it does).",
        HelpName = "DIR",
    };

    private static string BuiltIn => Path.Combine(AppContext.BaseDirectory, "BuiltIn", "starter-clip");

    public static Command Create()
    {
        var command = new ToolCommand(
            "new", "Train a model and leave it with C# projects that use it: a library, a console program and a web service.",
            "wiseft new --data photos --name Pets --model openai/clip-vit-base-patch32",
            "Leaves NAME.slnx; NAME_Model with NAME.mlnet (the ML.NET model), NAME.mbconfig, NAME.consumption.cs, " +
            "NAME.training.cs and NAME.evaluate.cs as Model Builder names them; NAME_Console and NAME_WebApi; and README.md, which says " +
            "how to run, train again, serve and containerise. The folder can be moved.")
        {
            _dataset, _name, _model, _zeroShot, _fineTuned, _clip, _output, _alpha, _recipeName, _recipe, _templates, _source,
        };
        command.Validators.Add(result =>
        {
            bool two = result.GetResult(_zeroShot) is not null;
            if (two != result.GetResult(_fineTuned) is not null || (two && result.GetResult(_model) is not null))
                result.AddError("Expected --model M, or --zero-shot A with --fine-tuned B, or none of them.");
        });
        command.SetAction((parsed, cancel) => Task.Run(() => Run(parsed, cancel), cancel));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancel)
    {
        string name = parsed.GetRequiredValue(_name);
        if (!Name().IsMatch(name))
            throw new UsageException(
                $"--name is '{name}'; expected letters, digits, '_', '-', '.' and spaces, beginning with a letter, a digit or '_', " +
                "and ending with one: it names files and projects.");
        string flag = SharedOptions.NameOf(parsed, _dataset), data = parsed.GetRequiredValue(_dataset);
        DataSource source = SharedOptions.ParseImages(flag, data);
        if (source.Kind != DataSource.Folder)
            throw new UsageException($"{flag} is '{data}'; expected a folder with one sub-folder of images a class.");
        string folder = Destination.OfFolder(
            _output.Name, parsed.GetValue(_output)?.FullName ?? name, [(flag, source)], (_model.Name, parsed.GetValue(_model)));
        LabelledImages images = ImageSets.Load(flag, data, skipBadImages: false, cancel);
        SharedOptions.RemarkOnUnderscores(images.ClassNames, "Rename the folders for spaces.");
        ScaffoldSettings settings = Settings(parsed, name, Path.GetFullPath(source.Location), images);
        ScaffoldTrial? trial = null;
        StagedFolder.Write(folder, staged =>
        {
            string model = ScaffoldFiles.ModelFile(staged, name);
            Directory.CreateDirectory(Path.GetDirectoryName(model)!);
            trial = ScaffoldTraining.Run(settings, images, model, cancel);
            ScaffoldFiles.Write(staged, settings, trial);
        });
        if (trial!.Report is not null)
            ReportTable.Print(trial.Report, new AlphaDecision(AlphaDecision.Fixed, settings.Alpha), new ReportOptions());
        Console.Out.WriteLine(
            $"Wrote {folder}. Try: dotnet run -c Release --project {ShellWords.Quoted(Path.Combine(folder, name + "_Console"))}");
        return 0;
    }

    private static ScaffoldSettings Settings(ParseResult parsed, string name, string data, LabelledImages images)
    {
        string? model = parsed.GetValue(_model), checkout = parsed.GetValue(_source)?.FullName ?? OwnCheckout();
        if (checkout is not null && !IsCheckout(checkout))
            throw new UsageException($"--wiseft-source is '{checkout}'; expected a checkout of WiseFt, with src/WiseFt.ML in it.");
        ClassifierSource? trained = FindTrained(parsed, images.ClassNames);
        TrainedModel.Settings? run = trained?.TrainedWith;
        if (model is not null && trained is null) Mistake.RefuseOtherKinds(model);
        Option? recipe = _recipe.Flags.Prepend(_recipeName).FirstOrDefault(f => parsed.GetResult(f) is { Implicit: false });
        if (trained is not null && recipe is not null)
            throw new UsageException(
                $"{recipe.Name} is for training, and {trained.Name} is trained already; leave it out, or name a CLIP model.");
        string? clip = parsed.GetValue(_clip) ?? (trained is null ? model : run?.Model);
        if (trained is not null && clip is null)
            Output.Remark("The model does not say which CLIP model it was trained from: the generated code trains the built-in one again.");
        return new ScaffoldSettings
        {
            Name = name,
            DataFolder = data,
            Trained = trained,
            ModelIsBuiltIn = clip is null,
            ModelPath = clip is null ? BuiltIn : FullPathOfExisting(clip),
            Templates = File.Exists(parsed.GetRequiredValue(_templates))
                ? Path.GetFullPath(parsed.GetRequiredValue(_templates)) : parsed.GetRequiredValue(_templates),
            Alpha = parsed.GetValue(_alpha) ?? run?.Alpha ?? MixingCoefficient.Default,
            Recipe = trained is null
                ? RecipeFlags.Read(parsed, _recipe, _recipeName, ValidationSplit.Of(images).Training)
                : run?.Options ?? FittedRecipe.For(images.Count).Options,
            Source = checkout,
        };
    }

    /// <summary>The model that is taken as it is; null where one is to be trained.</summary>
    private static ClassifierSource? FindTrained(ParseResult parsed, IReadOnlyList<string> classes)
    {
        string? model = parsed.GetValue(_model), zeroShot = parsed.GetValue(_zeroShot);
        if (zeroShot is null && (model is null || !ClassifierSource.IsTrained(model))) return null;
        return new ClassifierSource
        {
            Model = model,
            ZeroShot = zeroShot,
            FineTuned = parsed.GetValue(_fineTuned),
            Classes = classes,
            Templates = PromptTemplates.Parse(parsed.GetRequiredValue(_templates)),
            Device = SharedOptions.ParseDevice("cpu"),
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
