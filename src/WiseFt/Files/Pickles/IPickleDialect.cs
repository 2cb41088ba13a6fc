namespace WiseFt.Files;

/// <summary>What one kind of pickle may name and make. <see cref="PickleReader"/> knows the format;
/// this knows the content. Nothing here runs code.</summary>
/// <remarks>A method says in <c>problem</c> why it makes nothing, and leaves it empty when it does.
/// Costs must not depend on the length of texts and bytes, which a pickle can recall as often as it likes.</remarks>
internal interface IPickleDialect
{
    /// <summary>What the pickle is, as the beginning of a sentence: "A state dict".</summary>
    string Subject { get; }

    /// <summary>What is read, and what to do about a file with more in it.</summary>
    string Advice { get; }

    /// <summary>Whether Python 2's strings are kept as bytes, since some hold data.</summary>
    bool KeepsByteStrings { get; }

    /// <summary>The permitted global of that name, or null.</summary>
    object? Find(string module, string name);

    /// <summary>What a call of a permitted global yields.</summary>
    object? Call(object function, object?[] arguments, out string problem);

    /// <summary>What making an object of a permitted global's class, without arguments, yields.</summary>
    object? New(object type, out string problem);

    /// <summary>Sets the state of something that <see cref="Call"/> or <see cref="New"/> yielded.</summary>
    void Build(object? target, object? state, out string problem);

    /// <summary>What is stored outside the pickle under that name.</summary>
    object? Persistent(object? id, out string problem);

    /// <summary>The exception that refuses the file.</summary>
    Exception Refuse(string message);
}
