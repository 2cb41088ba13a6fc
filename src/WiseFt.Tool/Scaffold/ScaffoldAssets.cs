namespace WiseFt.Tool;

/// <summary>What the generated code needs beside itself: copied into the solution where it is small, found from the solution's folder
/// where it is not. Either way nothing names a folder of this machine, and the solution can be moved.</summary>
/// <param name="folder">The solution's folder.</param>
/// <param name="settings">What was asked for.</param>
/// <param name="trial">How training went.</param>
internal sealed class ScaffoldAssets(string folder, ScaffoldSettings settings, ScaffoldTrial trial)
{
    private const string ClipFolder = "clip";

    private readonly string _model = settings.Name + "_Model";

    /// <summary>The training images, from the solution's folder.</summary>
    public string DataFolder { get; } = From(folder, settings.DataFolder);

    /// <summary>The training images, from the model's project.</summary>
    public string DataFolderOfModel { get; } = From(Path.Combine(folder, settings.Name + "_Model"), settings.DataFolder);

    /// <summary>The CLIP model: from the solution's folder, or its name.</summary>
    public string ClipModel => settings.ModelIsBuiltIn ? $"{_model}/{ClipFolder}"
        : IsFile(settings.ModelPath) ? From(folder, settings.ModelPath) : settings.ModelPath;

    /// <summary>The prompt templates: from the solution's folder, or their name.</summary>
    public string Templates => IsFile(settings.Templates) ? $"{_model}/{TemplatesFile}" : settings.Templates;

    /// <summary>The CLIP model: from the model's project, or its name.</summary>
    public string ClipModelOfModel => settings.ModelIsBuiltIn ? ClipFolder
        : IsFile(settings.ModelPath) ? From(Path.Combine(folder, _model), settings.ModelPath) : settings.ModelPath;

    /// <summary>The prompt templates: from the model's project, or their name.</summary>
    public string TemplatesOfModel => IsFile(settings.Templates) ? TemplatesFile : settings.Templates;

    /// <summary>The name of the image to try the model on, in the console program's folder.</summary>
    public string Sample => "sample" + Path.GetExtension(trial.Sample);

    private string TemplatesFile => settings.Name + ".templates.txt";

    /// <summary>The CLIP model as C#.</summary>
    public string ClipModelCode => Code(ClipModel, settings.ModelIsBuiltIn || IsFile(settings.ModelPath));

    /// <summary>The prompt templates as C#.</summary>
    public string TemplatesCode => Code(Templates, IsFile(settings.Templates));

    /// <summary>A path from a folder, with slashes; from another drive there is none, and it is looked for beside the folder.</summary>
    public static string From(string folder, string path)
    {
        string relative = Path.GetRelativePath(folder, path).Replace('\\', '/');
        return Path.IsPathRooted(relative) ? "../" + Path.GetFileName(Path.TrimEndingDirectorySeparator(path)) : relative;
    }

    /// <summary>Copies what is small.</summary>
    public void Copy()
    {
        File.Copy(trial.Sample, Path.Combine(folder, settings.Name + "_Console", Sample));
        if (IsFile(settings.Templates)) File.Copy(settings.Templates, Path.Combine(folder, _model, TemplatesFile));
        if (!settings.ModelIsBuiltIn) return;
        string clip = Directory.CreateDirectory(Path.Combine(folder, _model, ClipFolder)).FullName;
        foreach (string file in Directory.GetFiles(settings.ModelPath)) File.Copy(file, Path.Combine(clip, Path.GetFileName(file)));
    }

    private static string Code(string text, bool isFile) => isFile ? $"InSolution({CSharpName.Literal(text)})" : CSharpName.Literal(text);

    private static bool IsFile(string text) => Path.Exists(text);
}
