namespace WiseFt;

/// <summary>Fine-tuning cannot go on: its loss, gradient or weights are no numbers any more.</summary>
public sealed class FineTuningException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The step, what was found, and what to do.</param>
    public FineTuningException(string message)
        : base(message)
    {
    }
}
