namespace WiseFt;

/// <summary>A model file or folder cannot be read, or does not hold what it should.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The file, what was found in it, what was expected, and what to do.</param>
    /// <param name="innerException">What lies behind it, if anything.</param>
    public CheckpointException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
