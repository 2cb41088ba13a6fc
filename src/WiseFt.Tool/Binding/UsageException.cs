using WiseFt.Runs;

namespace WiseFt.Tool;

/// <summary>The command line itself is wrong, whatever the files are.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Uses what a flag names; where it is refused as it is written, the flag is named.</summary>
    public static T Naming<T>(string flag, Func<T> use)
    {
        try
        {
            return use();
        }
        catch (FormatException e)
        {
            throw Of(flag, e);
        }
    }

    /// <summary>What the core refuses, said of the flag that it was given by.</summary>
    public static UsageException Of(string flag, Exception refusal)
    {
        string words = Words(refusal);
        return new UsageException(
            words.StartsWith(DataSource.Subject, StringComparison.Ordinal) ? flag + words[DataSource.Subject.Length..]
            : words.StartsWith(flag, StringComparison.Ordinal) ? words
            : $"{flag}: {words}");
    }

    /// <summary>What the core refuses, said of the flag and the text that was given: found, and then what was expected.</summary>
    public static string Said(string flag, string text, Exception refusal)
    {
        const string expected = "; expected ";
        string words = Words(refusal);
        int at = words.IndexOf(expected, StringComparison.Ordinal);
        return $"{flag} is '{text}'{(at < 0 ? ": " + words : words[at..])}";
    }

    /// <summary>An error's message without the name of a parameter, which means nothing on the command line.</summary>
    public static string Words(Exception e) => e is ArgumentException { ParamName: string name }
        ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message;
}
