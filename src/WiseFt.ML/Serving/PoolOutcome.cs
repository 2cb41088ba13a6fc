namespace WiseFt.ML;

/// <summary>How a request ended.</summary>
internal enum PoolOutcome
{
    /// <summary>With a prediction.</summary>
    Answered,

    /// <summary>The image cannot be read.</summary>
    Refused,

    /// <summary>Turned away.</summary>
    Unavailable,

    /// <summary>The caller left.</summary>
    Cancelled,

    /// <summary>By an error of the pool.</summary>
    Failed,
}
