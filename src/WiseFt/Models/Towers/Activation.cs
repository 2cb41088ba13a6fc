namespace WiseFt.Models;

/// <summary>The non-linearity inside the residual blocks' MLP.</summary>
public enum Activation
{
    /// <summary>x * sigmoid(1.702 x): OpenAI's models, and those that name it (<c>quick_gelu</c>).</summary>
    QuickGelu,

    /// <summary>The exact GELU, x * Phi(x): most models trained with open_clip (<c>gelu</c>).</summary>
    Gelu,
}
