using System.Runtime.CompilerServices;

namespace WiseFt;

/// <summary>The mixing coefficient alpha of theta = (1 - alpha) * zero-shot + alpha * fine-tuned:
/// 0 is the zero-shot model, 1 the fine-tuned one.</summary>
public static class MixingCoefficient
{
    /// <summary>The coefficient to take when nothing can be validated: 0.5.</summary>
    /// <remarks>WiSE-FT (arXiv 2109.01903), section 3: recommended where no domain knowledge is to hand.</remarks>
    public const double Default = 0.5;

    /// <summary>The coefficient, if it lies in [0, 1]; NaN does not.</summary>
    internal static double Checked(
        double alpha, [CallerArgumentExpression(nameof(alpha))] string name = "", [CallerMemberName] string member = "") =>
        alpha is >= 0 and <= 1
            ? alpha
            : throw Check.Refuse(name, member, alpha, "a number in [0, 1]: 0 is the zero-shot model, 1 the fine-tuned one");
}
