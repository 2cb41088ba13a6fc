namespace WiseFt.Merging;

/// <summary>A method whose merged tensor is a sum of the models' tensors with coefficients, which may depend on the angles between
/// them.</summary>
internal interface ICoefficients
{
    /// <summary>Which inner products the coefficients are made of.</summary>
    ProductsOf Needs { get; }

    /// <summary>Whether a tensor's rows each have their own products and coefficients; its first axis counts them.</summary>
    bool ByRow => false;

    /// <summary>The coefficients of a tensor, or of a row of it.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="products">What <see cref="Needs"/> asks for; without numbers where it asks for none.</param>
    /// <returns>A number for each model, the base's first.</returns>
    double[] Of(string name, InnerProducts products);
}
