namespace WiseFt.Text;

/// <summary>A tokenizer's vocabulary cannot be read or is inconsistent.
/// The message names the file, what was expected and what to do.</summary>
public sealed class TokenizerException : Exception
{
    /// <summary>An error with its message.</summary>
    public TokenizerException(string message) : base(message) { }

    /// <summary>An error caused by another one (a broken archive, invalid JSON).</summary>
    public TokenizerException(string message, Exception innerException) : base(message, innerException) { }
}
