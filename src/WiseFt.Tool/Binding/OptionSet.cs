using System.CommandLine;
using System.Numerics;

namespace WiseFt.Tool;

/// <summary>Flags that are properties of a record: the record gives the default that help shows,
/// and refuses what is out of range.</summary>
/// <param name="defaults">What holds where no flag is given.</param>
internal sealed class OptionSet<T>(T defaults)
    where T : class
{
    private readonly List<(Option Flag, Func<ParseResult, T, T> Apply)> _bound = [];

    /// <summary>The flags in their order.</summary>
    public IEnumerable<Option> Flags => _bound.Select(b => b.Flag);

    /// <summary>A number.</summary>
    /// <param name="flag">The flag.</param>
    /// <param name="description">Its help.</param>
    /// <param name="get">The property, for the default.</param>
    /// <param name="with">The record with another value of it.</param>
    /// <param name="otherwise">What holds without it, in words; null for the record's default.</param>
    public OptionSet<T> Number<TValue>(
        string flag, string description, Func<T, TValue> get, Func<T, TValue, T> with, string? otherwise = null)
        where TValue : struct, INumber<TValue>
    {
        string help = otherwise is null ? description : $"{description} (default: {otherwise})";
        Option<TValue> option = Setting.Number<TValue>(flag, help, get(defaults), number => with(defaults, number));
        if (otherwise is not null) option.DefaultValueFactory = null;
        return Bind(option, with);
    }

    /// <summary>One of a few values, each with its word.</summary>
    /// <param name="flag">The flag.</param>
    /// <param name="description">Its help.</param>
    /// <param name="get">The property, for the default.</param>
    /// <param name="with">The record with another value of it.</param>
    /// <param name="words">What the values are called.</param>
    public OptionSet<T> Choice<TValue>(
        string flag, string description, Func<T, TValue> get, Func<T, TValue, T> with, params (string Word, TValue Value)[] words)
    {
        string otherwise = words.First(w => Equals(w.Value, get(defaults))).Word;
        return Bind(
            Setting.Choice(flag, description, otherwise, [.. words.Select(w => w.Word)]),
            (record, word) => with(record, words.First(w => w.Word == word).Value));
    }

    /// <summary>A switch, off by default.</summary>
    /// <param name="flag">The flag.</param>
    /// <param name="description">Its help.</param>
    /// <param name="with">The record where it is on or off.</param>
    public OptionSet<T> Switch(string flag, string description, Func<T, bool, T> with) =>
        Bind(new Option<bool>(flag) { Description = description }, with);

    /// <summary>A text that the record or a parser of the core takes.</summary>
    /// <param name="flag">The flag.</param>
    /// <param name="description">Its help.</param>
    /// <param name="helpName">What help calls the text.</param>
    /// <param name="with">The record with what the text says.</param>
    /// <param name="shown">The default as help shows it; null for none.</param>
    public OptionSet<T> Text(string flag, string description, string? helpName, Func<T, string, T> with, string? shown = null)
    {
        var option = new Option<string>(flag) { Description = description, HelpName = helpName };
        if (shown is not null) option.DefaultValueFactory = _ => shown;
        option.CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            Setting.Check(flag, result, text, () => with(defaults, text));
            return text;
        };
        return Bind(option, with);
    }

    /// <summary>Texts of a flag that may be given several times.</summary>
    /// <param name="flag">The flag.</param>
    /// <param name="description">Its help.</param>
    /// <param name="helpName">What help calls a text.</param>
    /// <param name="with">The record with what the texts say.</param>
    public OptionSet<T> Texts(string flag, string description, string helpName, Func<T, string[], T> with) =>
        Bind(new Option<string[]>(flag) { Description = description, HelpName = helpName }, with);

    /// <summary>The record that a command line asks for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="start">What holds where a flag is not given; null for the defaults.</param>
    public T Read(ParseResult parsed, T? start = null)
    {
        T record = start ?? defaults;
        foreach (var (flag, apply) in _bound)
            if (parsed.GetResult(flag) is { Implicit: false }) record = apply(parsed, record);
        return record;
    }

    private OptionSet<T> Bind<TValue>(Option<TValue> option, Func<T, TValue, T> with)
    {
        _bound.Add((option, (parsed, record) => with(record, parsed.GetValue(option)!)));
        return this;
    }
}
