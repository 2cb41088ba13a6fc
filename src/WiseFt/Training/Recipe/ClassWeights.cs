using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using WiseFt.Training;

namespace WiseFt;

/// <summary>What the images of each class count in the loss of fine-tuning. Immutable.</summary>
/// <remarks>The loss of a batch is PyTorch's <c>cross_entropy(weight=w, label_smoothing=s)</c>: the sum over its images i of
/// (1 - s) * w[y_i] * -log p[y_i] + s / K * sum over classes c of w[c] * -log p[c], divided by the sum of w[y_i].</remarks>
[JsonConverter(typeof(ClassWeightsJson))]
public sealed record ClassWeights
{
    /// <summary>The word for <see cref="Balanced"/>.</summary>
    internal const string BalancedWord = "balanced";

    private ClassWeights(ImmutableSortedDictionary<string, double>? byClass) => ByClass = byClass;

    /// <summary>Every class counts the same altogether, however many images it has.</summary>
    /// <value>Of a class with n_c of n training images, where k classes have any: n / (k * n_c), as scikit-learn's
    /// <c>class_weight="balanced"</c>. Example weights do not enter. Classes without images weigh 0.</value>
    public static ClassWeights Balanced { get; } = new(byClass: null);

    /// <summary>The weight of each class by its name; null for <see cref="Balanced"/>.</summary>
    public ImmutableSortedDictionary<string, double>? ByClass { get; }

    /// <summary>A weight for each class.</summary>
    /// <param name="byClass">Every class of the training images, and no other; finite weights of at least 0, one of them greater.</param>
    /// <exception cref="ArgumentException">A weight is negative or no finite number, a name is there twice, or no weight is above 0.
    /// </exception>
    public static ClassWeights Of(IReadOnlyDictionary<string, double> byClass)
    {
        ArgumentNullException.ThrowIfNull(byClass);
        var weights = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        foreach (var (name, weight) in byClass)
        {
            if (weight is not (>= 0 and <= float.MaxValue))
                throw new ArgumentException(
                    FormattableString.Invariant($"Class '{name}' weighs {weight}; expected a finite number of at least 0."),
                    nameof(byClass));
            if (!weights.TryAdd(ClassNameComparer.Normalised(name), weight))
                throw new ArgumentException($"Class '{name}' has two weights; expected one.", nameof(byClass));
        }
        return weights.Values.Any(w => w > 0) ? new ClassWeights(weights.ToImmutable()) : throw new ArgumentException(
            $"None of {weights.Count} class weights is above 0; expected classes that count.", nameof(byClass));
    }

    /// <summary>Reads a weight a class from a text file: on each line a class, a tab or a comma, and its weight. Blank lines are left out;
    /// where a line has no tab, its last comma divides it.</summary>
    /// <param name="path">A UTF-8 file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentException">A line is no class with a weight, or as for <see cref="Of"/>.</exception>
    /// <exception cref="InvalidDataException">It is no UTF-8; the message has the line.</exception>
    public static ClassWeights FromFile(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException(
                $"There is no file of class weights {path}. Expected '{BalancedWord}', or a text file with a line for each class: " +
                "its name, a tab or a comma, and its weight.", path);
        Dictionary<string, double> byClass = new(StringComparer.Ordinal);
        int number = 0;
        foreach (string line in Utf8Text.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            int split = line.LastIndexOf('\t') is >= 0 and var tab ? tab : line.LastIndexOf(',');
            if (split < 0 || !double.TryParse(line.AsSpan(split + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double weight))
                throw new ArgumentException(
                    FormattableString.Invariant($"{path}, line {number}: '{line}' is no class with a weight; expected its name, a tab ") +
                    "or a comma, and a number.");
            string name = line[..split].Trim();
            if (!byClass.TryAdd(name, weight))
                throw new ArgumentException(
                    FormattableString.Invariant($"{path}, line {number}: class '{name}' has a weight already; expected one."));
        }
        return Of(byClass);
    }

    /// <summary>The weights that a word or a file names.</summary>
    /// <param name="balancedOrFile">"balanced", or the path of a file for <see cref="FromFile"/>.</param>
    /// <inheritdoc cref="FromFile"/>
    public static ClassWeights Parse(string balancedOrFile) =>
        Check.NotBlank(balancedOrFile) == BalancedWord ? Balanced : FromFile(balancedOrFile);

    /// <summary>The weights of the classes of some training images.</summary>
    /// <param name="training">The images.</param>
    /// <returns>One a class, in label order.</returns>
    /// <exception cref="ArgumentException">A class has no weight, or there is one for a class that the images do not have.</exception>
    public ImmutableArray<double> For(LabelledImages training)
    {
        ArgumentNullException.ThrowIfNull(training);
        string[] names = [.. training.ClassNames.Select(ClassNameComparer.Normalised)];
        if (ByClass is null) return OfCounts(training);
        string[] missing = [.. names.Where(name => !ByClass.ContainsKey(name))], unknown = [.. ByClass.Keys.Except(names)];
        if (missing.Length + unknown.Length > 0)
            throw new ArgumentException(
                $"The class weights do not fit the {names.Length} classes of the training images: without a weight: " +
                $"{Listed.Counted(missing)}; no class of theirs: {Listed.Counted(unknown)}. Expected a weight for each of " +
                $"{Listed.Classes(names)}, and no other.");
        return [.. names.Select(name => ByClass[name])];
    }

    /// <summary>Whether the weights are the same by value.</summary>
    /// <param name="other">Other weights.</param>
    public bool Equals(ClassWeights? other) => other is not null && (ByClass is null || other.ByClass is null
        ? ByClass == other.ByClass
        : ByClass.SequenceEqual(other.ByClass));

    /// <inheritdoc/>
    public override int GetHashCode() => ByClass is null ? 0 : ByClass.Aggregate(ByClass.Count, (hash, w) => HashCode.Combine(hash, w));

    private static ImmutableArray<double> OfCounts(LabelledImages training)
    {
        var counts = new int[training.ClassNames.Count];
        foreach (int label in training.Labels) counts[label]++;
        int classes = counts.Count(n => n > 0);
        return [.. counts.Select(n => n == 0 ? 0.0 : (double)training.Count / ((double)classes * n))];
    }
}
