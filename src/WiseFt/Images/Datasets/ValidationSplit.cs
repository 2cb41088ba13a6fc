namespace WiseFt.Images;

/// <summary>Keeps a part of labelled images aside, to measure on what training does not see.</summary>
internal static class ValidationSplit
{
    private const int Every = 5, MostAClass = 50; // as many a class as ImageNet's validation set has

    /// <summary>Keeps every fifth image of each class aside, at most 50 of a class and none of a class with fewer than five.</summary>
    /// <param name="images">All images; the same ones are split the same way.</param>
    /// <returns>The images to train on, and those kept aside: null where there are none.</returns>
    public static (LabelledImages Training, LabelledImages? Validation) Of(LabelledImages images)
    {
        var seen = new int[images.ClassNames.Count];
        ILookup<bool, int> places = Enumerable.Range(0, images.Count)
            .ToLookup(i => ++seen[images.Labels[i]] is var n && n % Every == 0 && n / Every <= MostAClass);
        return places.Contains(true) ? (images.Only([.. places[false]]), images.Only([.. places[true]])) : (images, null);
    }
}
