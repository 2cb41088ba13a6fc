using WiseFt.Classification;
using WiseFt.Files;
using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Ensembling;

/// <summary>The classifiers that a soup may be made of, and one more that takes the weights of any mixture of them. Owns what it opens.
/// </summary>
internal sealed class SoupModels : IDisposable
{
    private readonly IReadOnlyList<IDisposable> _files;

    private SoupModels(ImageClassifier mixture, IReadOnlyList<MergeModel> models, IReadOnlyList<IDisposable> files) =>
        (Mixture, Models, _files) = (mixture, models, files);

    /// <summary>The models, in the order in which they were given.</summary>
    public IReadOnlyList<MergeModel> Models { get; }

    /// <summary>A classifier of their architecture, whose weights are to be written.</summary>
    public ImageClassifier Mixture { get; }

    /// <summary>Opens classifiers' files; a tensor is in memory at a time.</summary>
    /// <exception cref="ArgumentException">There is none, or they have different classes.</exception>
    /// <exception cref="CheckpointException">One is no classifier's file.</exception>
    public static SoupModels Open(IReadOnlyList<string> paths, Device? device)
    {
        var files = new List<SafetensorsFile>(Check.NotEmpty(paths).Count);
        try
        {
            foreach (string path in paths) files.Add(SafetensorsFile.Open(path));
            RequireSameClasses([.. files.Select(f => (f.Path, (IReadOnlyList<string>)ClassifierFile.SpecOf(f).ClassNames))]);
            MergeModel[] models = [.. files.Select(f => new MergeModel(f.Path, f))];
            return new SoupModels(ClassifierFile.Load(files[0], device), models, files);
        }
        catch
        {
            files.ForEach(f => f.Dispose());
            throw;
        }
    }

    /// <summary>Takes classifiers in memory, which stay the caller's.</summary>
    /// <exception cref="ArgumentException">There is none, or they have different classes.</exception>
    public static SoupModels Of(IReadOnlyList<ImageClassifier> classifiers)
    {
        string[] names = [.. Check.NotEmpty(classifiers).Select((_, i) => FormattableString.Invariant($"model {i + 1}"))];
        RequireSameClasses([.. classifiers.Zip(names, (c, name) => (name, c.ClassNames))]);
        MergeModel[] models = [.. classifiers.Zip(names, (c, name) => new MergeModel(name, c.Weights))];
        return Of(classifiers[0], models);
    }

    /// <summary>Takes models from anywhere, which stay the caller's, with the weights of a classifier's architecture.</summary>
    public static SoupModels Of(ImageClassifier architecture, IReadOnlyList<MergeModel> models) =>
        new(architecture.WithWeights(architecture.Weights), models, []);

    /// <summary>Writes a mixture's weights into <see cref="Mixture"/>.</summary>
    /// <param name="coefficients">A number for each of some models, by tensor.</param>
    /// <param name="places">Which models.</param>
    /// <exception cref="WeightMismatchException">Their weights cannot be mixed.</exception>
    public void Mix(ICoefficients coefficients, params IReadOnlyList<int> places) =>
        new MergeEngine(new CoefficientMerge(coefficients), [.. places.Select(i => Models[i])]).WriteTo(Mixture.Weights);

    /// <summary>Throws unless images are of the models' classes.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public void RequireClassesOf(LabelledImages heldOut)
    {
        if (!Mixture.ClassNames.SequenceEqual(heldOut.ClassNames, ClassNameComparer.Instance))
            throw new ArgumentException(
                $"The classes of the models are {Listed.Counted(Mixture.ClassNames)} and those of the held-out images " +
                $"{Listed.Counted(heldOut.ClassNames)}; expected the same names in the same order.", nameof(heldOut));
    }

    /// <summary>Frees the mixture and closes the files.</summary>
    public void Dispose()
    {
        Mixture.Dispose();
        foreach (IDisposable file in _files) file.Dispose();
    }

    private static void RequireSameClasses((string Name, IReadOnlyList<string> Classes)[] models)
    {
        foreach (var (name, classes) in models)
            if (!classes.SequenceEqual(models[0].Classes, ClassNameComparer.Instance))
                throw new ArgumentException(
                    $"The classes of {name} are {Listed.Counted(classes)}, and those of {models[0].Name} " +
                    $"{Listed.Counted(models[0].Classes)}; expected the same names in the same order.", nameof(models));
    }
}
