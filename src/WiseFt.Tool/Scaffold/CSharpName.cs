using System.Text;

namespace WiseFt.Tool;

/// <summary>Names that people give, as C# identifiers and literals.</summary>
internal static class CSharpName
{
    // Words that cannot name a type without @: keywords, and contextual ones that are read as something else where a type may stand.
    private static readonly HashSet<string> _keywords = new(StringComparer.Ordinal)
    {
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue",
        "decimal", "default",
        "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for",
        "foreach", "goto",
        "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object",
        "operator", "out",
        "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short",
        "sizeof", "stackalloc",
        "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe",
        "ushort", "using",
        "virtual", "void", "volatile", "while",
    };

    // What the generated code calls by name: a class of that name would hide it, or be named like its own member.
    private static readonly HashSet<string> _taken = new(StringComparer.Ordinal)
    {
        "AlphaGrid", "AppContext", "Array", "ColumnName", "Console", "Directory", "Enumerable", "Evaluate", "File", "FineTuningMode",
        "Func", "GetLabels",
        "GetSortedScoresWithLabels", "IDataView", "IEnumerable", "IEstimator", "IOrderedEnumerable", "ITransformer",
        "KeyValuePair", "Lazy", "List",
        "LoadColumn", "LoadImageFromFolder", "MLContext", "MLNetModelPath", "Microsoft", "Model", "ModelInput", "ModelOutput",
        "Path", "Predict",
        "PredictAllLabels", "PredictEngine", "PredictionEngine", "Program", "PromptTemplates", "ReadOnlyMemory", "RetrainModel",
        "RobustnessReport",
        "SaveModel", "StringComparer", "StringComparison", "System", "Train", "BuildPipeline", "CreatePredictEngine", "DataFolder",
        "ClipModelPath", "VBuffer",
        "ValueToKeyMappingEstimator", "WiseFt", "WiseFtEstimator", "DirectoryInfo", "Environment", "InSolution", "IProgress", "Setting",
        "InvalidOperationException", "LabelledImages", "TransformerChain",
        // The console program's own names and what it calls.
        "ArgumentException", "CheckpointException", "Classify", "CultureInfo", "DirectoryNotFoundException", "Exception", "Failed",
        "FileNotFoundException", "FineTuningStep", "Help", "IOException", "ImageException", "Math", "Naming", "Read", "RequireFolder",
        "TextWriter", "TrainingProgress", "UnauthorizedAccessException", "WrongUsage", "args", "argument", "bytes", "error", "exitCode",
        "folder", "image", "images", "label", "model", "output", "probability", "reference", "scores", "shifts", "work",
    };

    /// <summary>An identifier made of a name: what no identifier may have becomes an underscore.</summary>
    /// <param name="name">Not empty.</param>
    public static string Identifier(string name)
    {
        string letters = string.Concat(name.Normalize(NormalizationForm.FormC).Select(c => char.IsLetterOrDigit(c) ? c : '_'));
        return char.IsDigit(letters[0]) ? "_" + letters : letters;
    }

    /// <summary>An identifier for a type.</summary>
    /// <param name="name">Not empty.</param>
    public static string Type(string name)
    {
        string identifier = Identifier(name);
        if (_taken.Contains(identifier)) return identifier + "_";
        bool mayBeReserved = identifier.All(char.IsAsciiLetterLower); // The compiler warns of these: record, file, field and those to come.
        return mayBeReserved || _keywords.Contains(identifier) ? "@" + identifier : identifier;
    }

    /// <summary>A string literal.</summary>
    public static string Literal(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (char c in text)
        {
            if (c is '"' or '\\') literal.Append('\\').Append(c);
            else if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029')
                literal.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
            else literal.Append(c);
        }
        return literal.Append('"').ToString();
    }
}
