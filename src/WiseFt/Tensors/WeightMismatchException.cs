namespace WiseFt;

/// <summary>Two sets of weights do not belong to the same architecture and class list, so that they cannot be mixed or exchanged.</summary>
public sealed class WeightMismatchException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which weights differ and how, and what was expected.</param>
    public WeightMismatchException(string message)
        : base(message)
    {
    }
}
