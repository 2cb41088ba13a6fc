namespace WiseFt.Merging;

/// <summary>Of what inner products are taken.</summary>
internal enum ProductsOf
{
    /// <summary>None are needed.</summary>
    Nothing,

    /// <summary>Of the models' tensors, the base's first.</summary>
    Models,

    /// <summary>Of their task vectors: differences from the first model, the base.</summary>
    TaskVectors,
}

/// <summary>Inner products of vectors, each with each, in float64.</summary>
/// <param name="Count">How many vectors there are.</param>
/// <param name="Values">Count * Count numbers, row by row.</param>
internal readonly record struct InnerProducts(int Count, double[] Values)
{
    /// <summary>The product of two vectors.</summary>
    public double this[int i, int j] => Values[i * Count + j];

    /// <summary>A vector's length.</summary>
    public double Norm(int i) => Math.Sqrt(this[i, i]);

    /// <summary>The cosine of the angle between two vectors, in [-1, 1]; 0 where one has no direction.</summary>
    public double Cosine(int i, int j)
    {
        double norms = Norm(i) * Norm(j);
        return norms > 0 ? Math.Clamp(this[i, j] / norms, -1, 1) : 0;
    }
}
