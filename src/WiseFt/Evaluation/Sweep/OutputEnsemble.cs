namespace WiseFt.Evaluation;

/// <summary>What an output-space ensemble averages.</summary>
public enum OutputEnsemble
{
    /// <summary>(1 - alpha) * zero-shot logits + alpha * fine-tuned logits.</summary>
    Logits,

    /// <summary>(1 - alpha) * zero-shot probabilities + alpha * fine-tuned probabilities.</summary>
    Probabilities,
}
