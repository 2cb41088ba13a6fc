namespace WiseFt;

/// <summary>Which weights fine-tuning changes.</summary>
public enum FineTuningMode
{
    /// <summary>Image encoder and head.</summary>
    EndToEnd,

    /// <summary>The head alone, on features computed once.</summary>
    LinearClassifier,
}
