using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>How a model's logits over the reference classes answer for a shift's labels.</summary>
/// <remarks>
/// A label with one reference class takes that class's logit, one with several their maximum (or <see cref="ClassMerge"/>); other logits
/// are left out and the rest is not renormalised: wise-ft src/datasets/imagenet.py (logits[:, mask]) and objectnet.py (maximum). Softmax
/// afterwards is over the shift's labels alone.
/// </remarks>
public sealed class LabelSpace
{
    private readonly bool _isIdentity;

    internal LabelSpace(
        IReadOnlyList<string> classNames, int referenceCount, ImmutableArray<ImmutableArray<int>> referenceIndices, ClassMerge merge)
    {
        ClassNames = [.. classNames];
        ReferenceCount = referenceCount;
        ReferenceIndices = referenceIndices;
        Merge = merge;
        _isIdentity = ClassNames.Length == referenceCount
            && Enumerable.Range(0, referenceCount).All(i => referenceIndices[i].Length == 1 && referenceIndices[i][0] == i);
    }

    /// <summary>The shift's label names, in the order of its labels: M of them.</summary>
    public ImmutableArray<string> ClassNames { get; }

    /// <summary>Number of reference classes, K: the width of the logits to project.</summary>
    public int ReferenceCount { get; }

    /// <summary>For each label, the reference classes that count as it: numbers in [0, K), each at most once in all.</summary>
    public ImmutableArray<ImmutableArray<int>> ReferenceIndices { get; }

    /// <summary>How several reference classes become one label.</summary>
    public ClassMerge Merge { get; }

    /// <summary>The space of a shift that has the reference's classes, in any order.</summary>
    /// <param name="referenceClasses">The model's class names in the order of its logits, each once.</param>
    /// <param name="shiftClasses">The shift's class names in the order of its labels, each once.</param>
    /// <exception cref="ArgumentException">A list is empty or names a class twice, or the two are not the same classes.</exception>
    public static LabelSpace Same(IReadOnlyList<string> referenceClasses, IReadOnlyList<string> shiftClasses)
    {
        CheckNames(referenceClasses, shiftClasses);
        ClassNameCheck.SameSet(
            referenceClasses, "the reference", shiftClasses, "the shift",
            "A shift with fewer or other classes needs a subset or a mapping file (docs/label-spaces.md).", nameof(shiftClasses));
        return ByName(referenceClasses, shiftClasses);
    }

    /// <summary>The space of a shift that has some of the reference's classes, such as ImageNet-A and ImageNet-R.</summary>
    /// <param name="referenceClasses">The model's class names in the order of its logits, each once.</param>
    /// <param name="shiftClasses">The shift's class names in the order of its labels, each once.</param>
    /// <exception cref="ArgumentException">
    /// A list is empty or names a class twice, or the shift has a class that the reference lacks.
    /// </exception>
    public static LabelSpace Subset(IReadOnlyList<string> referenceClasses, IReadOnlyList<string> shiftClasses)
    {
        CheckNames(referenceClasses, shiftClasses);
        string[] unknown = [.. shiftClasses.Except(referenceClasses, ClassNameComparer.Instance)];
        if (unknown.Length > 0)
        {
            throw new ArgumentException(
                $"{unknown.Length} of the shift's {shiftClasses.Count} classes are not among the {referenceClasses.Count} reference " +
                $"classes ({Listed.Quoted(unknown)}). Classes of other names need a mapping file (docs/label-spaces.md).",
                nameof(shiftClasses));
        }
        return ByName(referenceClasses, shiftClasses);
    }

    /// <summary>The shift's logits.</summary>
    /// <param name="logits">Logits over the reference classes (N, K).</param>
    /// <returns>
    /// Logits over the shift's labels (N, M), not renormalised; the argument itself where the classes are the same in the same order.
    /// </returns>
    /// <exception cref="ArgumentException">The logits have not K columns.</exception>
    public SampleMatrix Project(SampleMatrix logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        if (logits.Width != ReferenceCount)
        {
            throw new ArgumentException(
                $"logits has {logits.Width} columns; this label space was made for {ReferenceCount} reference classes.", nameof(logits));
        }
        if (_isIdentity) return logits;
        double[] row = new double[ReferenceCount], projected = new double[logits.Count * ClassNames.Length];
        for (int i = 0; i < logits.Count; i++)
        {
            logits.CopyRow(i, row);
            for (int label = 0; label < ClassNames.Length; label++)
                projected[i * ClassNames.Length + label] = Merged(row, ReferenceIndices[label]);
        }
        return new SampleMatrix(projected, ClassNames.Length);
    }

    private static void CheckNames(IReadOnlyList<string> referenceClasses, IReadOnlyList<string> shiftClasses)
    {
        ClassNameCheck.Distinct(referenceClasses, "The reference", nameof(referenceClasses));
        ClassNameCheck.Distinct(shiftClasses, "The shift", nameof(shiftClasses));
    }

    private static LabelSpace ByName(IReadOnlyList<string> referenceClasses, IReadOnlyList<string> shiftClasses)
    {
        var places = referenceClasses.Index().ToDictionary(c => c.Item, c => c.Index, ClassNameComparer.Instance);
        return new LabelSpace(
            shiftClasses, referenceClasses.Count, [.. shiftClasses.Select(n => ImmutableArray.Create(places[n]))], ClassMerge.Max);
    }

    private double Merged(double[] row, ImmutableArray<int> classes)
    {
        if (classes.Length == 1) return row[classes[0]];
        double[] values = [.. classes.Select(c => row[c])];
        Array.Sort(values);
        return Merge switch
        {
            ClassMerge.Max => values[^1],
            ClassMerge.Mean => values.Average(),
            ClassMerge.Median => (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2,
            _ => values.Sum(),
        };
    }
}
