using System.Collections;
using System.Collections.Immutable;

namespace WiseFt;

/// <summary>Sentences with a gap for the class name, of which zero-shot classification makes its prompts.</summary>
/// <remarks>
/// <c>{}</c> stands for the class name as it is; <c>{an}</c> for the name with underscores turned into spaces and "a" or "an" before it.
/// Sources: openai/CLIP notebooks (the 80 of ImageNet); mlfoundations/wise-ft src/templates (the others).
/// </remarks>
public sealed class PromptTemplates : IReadOnlyList<string>
{
    private const string Gap = "{}", GapWithArticle = "{an}";

    private static readonly Lazy<PromptTemplates> _imageNet = new(() => FromResource("imagenet"));
    private static readonly Lazy<PromptTemplates> _fmow = new(() => FromResource("fmow"));

    private readonly ImmutableArray<string> _templates;

    /// <summary>Templates of one's own.</summary>
    /// <param name="name">What to call them in messages and saved options.</param>
    /// <param name="templates">At least one; each has a <c>{}</c> or an <c>{an}</c>.</param>
    /// <exception cref="ArgumentException">There is none, or one has no gap.</exception>
    public PromptTemplates(string name, IEnumerable<string> templates)
    {
        Name = Check.NotBlank(name);
        ArgumentNullException.ThrowIfNull(templates);
        _templates = [.. templates];
        if (_templates.IsEmpty)
            throw new ArgumentException(
                $"Prompt templates '{name}' are empty; expected at least one line with {Gap} where the class name goes.",
                nameof(templates));
        int without = _templates.ToList().FindIndex(t => !HasGap(t));
        if (without >= 0)
            throw new ArgumentException(
                $"Prompt template {without + 1} of '{name}' is '{_templates[without]}'; expected {Gap} where the class name goes.",
                nameof(templates));
    }

    /// <summary>The 80 templates with which CLIP is evaluated on ImageNet. The default: the paper's choice.</summary>
    public static PromptTemplates ImageNet => _imageNet.Value;

    /// <summary>One template: "a photo of a {}.".</summary>
    public static PromptTemplates Simple { get; } = new("simple", ["a photo of a {}."]);

    /// <summary>The 16 templates for the satellite images of FMoW.
    /// Two of them write underscores as spaces, the others leave them.</summary>
    public static PromptTemplates Fmow => _fmow.Value;

    /// <summary>The 2 templates for the camera traps of iWildCam.</summary>
    public static PromptTemplates IWildCam { get; } = new("iwildcam", ["a photo of {}.", "{} in the wild."]);

    /// <summary>What they are called: imagenet, simple, fmow, iwildcam, or the file they came from.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => _templates.Length;

    /// <inheritdoc/>
    public string this[int index] => _templates[index];

    /// <summary>Reads templates from a text file: one a line, blank lines left out.</summary>
    /// <param name="path">A UTF-8 file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentException">It has no line, or a line has no gap.</exception>
    /// <exception cref="InvalidDataException">It is no UTF-8; the message has the line.</exception>
    public static PromptTemplates FromFile(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException(
                $"There is no file of prompt templates {path}. Expected a text file, one template a line, {Gap} where the class name goes.",
                path);
        return new PromptTemplates(path, NonBlankLines(Utf8Text.ReadFile(path)));
    }

    /// <summary>The templates of a name (imagenet, simple, fmow, iwildcam) or, failing that, of a file.</summary>
    /// <exception cref="FileNotFoundException">It is neither.</exception>
    public static PromptTemplates Parse(string nameOrFile) => Check.NotBlank(nameOrFile).ToLowerInvariant() switch
    {
        "imagenet" => ImageNet,
        "simple" => Simple,
        "fmow" => Fmow,
        "iwildcam" => IWildCam,
        _ when File.Exists(nameOrFile) => FromFile(nameOrFile),
        _ => throw new FileNotFoundException(
            $"'{nameOrFile}' names no prompt templates. Expected imagenet, simple, fmow, iwildcam, " +
            "or a text file with one template a line.", nameOrFile),
    };

    /// <summary>The prompts of a class, one for each template.</summary>
    /// <param name="className">The words for the class.</param>
    public IReadOnlyList<string> Apply(string className)
    {
        ArgumentNullException.ThrowIfNull(className);
        return [.. _templates.Select(t => t
            .Replace(GapWithArticle, WithArticle(className), StringComparison.Ordinal)
            .Replace(Gap, className, StringComparison.Ordinal))];
    }

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_templates).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool HasGap(string template) =>
        template.Contains(Gap, StringComparison.Ordinal) || template.Contains(GapWithArticle, StringComparison.Ordinal);

    private static string WithArticle(string className)
    {
        string words = className.Replace('_', ' ');
        return (words.Length > 0 && "aeiou".Contains(words[0], StringComparison.Ordinal) ? "an " : "a ") + words;
    }

    private static PromptTemplates FromResource(string name)
    {
        using Stream stream = typeof(PromptTemplates).Assembly.GetManifestResourceStream($"templates-{name}.txt")!;
        using var reader = new StreamReader(stream);
        return new PromptTemplates(name, NonBlankLines(reader.ReadToEnd()));
    }

    private static string[] NonBlankLines(string text) =>
        [.. Utf8Text.Lines(text).Select(line => line.Trim()).Where(line => line.Length > 0)];
}
