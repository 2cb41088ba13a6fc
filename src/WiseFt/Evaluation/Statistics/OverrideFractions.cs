namespace WiseFt.Evaluation;

/// <summary>Whom an ensemble follows where its two models disagree: the paper's appendix E, at alpha = 0.5.</summary>
/// <remarks>
/// One model overrides the other where they disagree and the ensemble predicts as it does. WiSE-FT (arXiv 2109.01903), appendix E: the
/// fine-tuned model overrides the zero-shot one often on the reference distribution, less so under distribution shift.
/// </remarks>
public sealed record OverrideFractions
{
    private readonly int _firstRight, _firstWrong, _secondRight, _secondWrong, _neither;

    private OverrideFractions(int count, int firstRight, int firstWrong, int secondRight, int secondWrong, int neither)
    {
        Count = count;
        (_firstRight, _firstWrong, _secondRight, _secondWrong, _neither) = (firstRight, firstWrong, secondRight, secondWrong, neither);
    }

    /// <summary>Number of samples, at least 1; every share below is of these.</summary>
    public int Count { get; }

    /// <summary>Share of the samples on which the two models disagree, in [0, 1].</summary>
    public double Disagreement => FirstOverrides + SecondOverrides + Neither;

    /// <summary>Share on which the models disagree and the ensemble follows the first, in [0, 1].</summary>
    public double FirstOverrides => Share(_firstRight + _firstWrong);

    /// <summary>The part of <see cref="FirstOverrides"/> in which the first model, and so the ensemble, is right.</summary>
    public double FirstOverridesRightly => Share(_firstRight);

    /// <summary>Share on which the models disagree and the ensemble follows the second, in [0, 1].</summary>
    public double SecondOverrides => Share(_secondRight + _secondWrong);

    /// <summary>The part of <see cref="SecondOverrides"/> in which the second model, and so the ensemble, is right.</summary>
    public double SecondOverridesRightly => Share(_secondRight);

    /// <summary>Share on which the models disagree and the ensemble predicts a third class, in [0, 1].</summary>
    public double Neither => Share(_neither);

    /// <summary>Counts whom the ensemble follows.</summary>
    /// <param name="first">The first model's classes (the zero-shot model's, say), int32 (N).</param>
    /// <param name="second">The second model's classes (the fine-tuned model's), int32 (N).</param>
    /// <param name="ensemble">The ensemble's classes, int32 (N).</param>
    /// <param name="labels">True classes, int32 (N).</param>
    /// <exception cref="ArgumentException">No samples or different lengths.</exception>
    public static OverrideFractions Measure(
        ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<int> ensemble, ReadOnlySpan<int> labels)
    {
        SampleCheck.NotEmpty(labels.Length, nameof(labels));
        SampleCheck.SameLength(first.Length, nameof(first), labels.Length, nameof(labels));
        SampleCheck.SameLength(second.Length, nameof(second), labels.Length, nameof(labels));
        SampleCheck.SameLength(ensemble.Length, nameof(ensemble), labels.Length, nameof(labels));
        int firstRight = 0, firstWrong = 0, secondRight = 0, secondWrong = 0, neither = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            if (first[i] == second[i]) continue;
            bool right = ensemble[i] == labels[i];
            if (ensemble[i] == first[i] && right) firstRight++;
            else if (ensemble[i] == first[i]) firstWrong++;
            else if (ensemble[i] == second[i] && right) secondRight++;
            else if (ensemble[i] == second[i]) secondWrong++;
            else neither++;
        }
        return new OverrideFractions(labels.Length, firstRight, firstWrong, secondRight, secondWrong, neither);
    }

    private double Share(int count) => (double)count / Count;
}
