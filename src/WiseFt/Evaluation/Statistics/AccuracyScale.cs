namespace WiseFt.Evaluation;

/// <summary>The axis on which accuracies of models lie on a line.</summary>
public enum AccuracyScale
{
    /// <summary>log(p / (1 - p)): the scale of the paper's scatter plots.</summary>
    Logit,

    /// <summary>The standard normal distribution's quantile of p.</summary>
    Probit,
}
