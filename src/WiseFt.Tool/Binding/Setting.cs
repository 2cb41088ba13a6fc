using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace WiseFt.Tool;

/// <summary>Flags that are read the same in every culture and checked by the core, whose refusal names the flag and the text.</summary>
internal static class Setting
{
    // Words that mean another one.
    private static readonly Dictionary<string, string> _synonyms = new(StringComparer.Ordinal)
    {
        ["fp32"] = "float32",
        ["fp16"] = "float16",
        ["bf16"] = "bfloat16",
    };

    /// <summary>A number with a default.</summary>
    /// <param name="flag">Its name.</param>
    /// <param name="description">Its help.</param>
    /// <param name="otherwise">What it is where it is not given.</param>
    /// <param name="check">Refuses numbers out of range.</param>
    public static Option<T> Number<T>(string flag, string description, T otherwise, Action<T> check)
        where T : struct, INumber<T> => new(flag)
        {
            Description = description,
            DefaultValueFactory = _ => otherwise,
            CustomParser = result => ParseNumber(flag, result, check) ?? otherwise,
        };

    /// <summary>A number that may be missing.</summary>
    /// <inheritdoc cref="Number"/>
    public static Option<T?> OptionalNumber<T>(string flag, string description, Action<T> check)
        where T : struct, INumber<T> => new(flag)
        {
            Description = description,
            CustomParser = result => ParseNumber(flag, result, check),
        };

    /// <summary>One of a few words; "fp32", "fp16" and "bf16" stand for float32, float16 and bfloat16.</summary>
    /// <param name="flag">Its name.</param>
    /// <param name="description">Its help.</param>
    /// <param name="otherwise">The word where none is given.</param>
    /// <param name="words">The words.</param>
    public static Option<string> Choice(string flag, string description, string? otherwise, params IReadOnlyList<string> words)
    {
        var option = new Option<string>(flag) { Description = description };
        if (otherwise is not null) option.DefaultValueFactory = _ => otherwise;
        option.CompletionSources.Add([.. words]);
        option.CustomParser = result =>
        {
            string text = result.Tokens[0].Value, word = _synonyms.GetValueOrDefault(text, text);
            if (!words.Contains(word, StringComparer.Ordinal))
                result.AddError($"{flag} is '{text}'; expected '{string.Join("', '", words.SkipLast(1))}' or '{words[^1]}'.");
            return word;
        };
        return option;
    }

    /// <summary>Says what is wrong with a flag's text where a check of the core refuses it.</summary>
    public static void Check(string flag, ArgumentResult result, string text, Action check)
    {
        try
        {
            check();
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            result.AddError(UsageException.Said(flag, text, e));
        }
    }

    private static T? ParseNumber<T>(string flag, ArgumentResult result, Action<T> check)
        where T : struct, INumber<T>
    {
        bool isWhole = typeof(T) == typeof(int);
        string text = result.Tokens[0].Value;
        if (!T.TryParse(text, isWhole ? NumberStyles.AllowLeadingSign : NumberStyles.Float, CultureInfo.InvariantCulture, out T number))
        {
            result.AddError($"{flag} is '{text}'; expected {(isWhole ? "a whole number" : "a number")}.");
            return null;
        }
        Check(flag, result, text, () => check(number));
        return number;
    }
}
