using System.Collections.Immutable;
using System.Globalization;
using WiseFt.Classification;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Merging;
using WiseFt.Runs;
using WiseFt.Tensors;

namespace WiseFt.Ensembling;

/// <summary>The methods that look at images before they merge: what they find out is ready when this is made. Owns what it opens.</summary>
internal sealed class ImageMethods(
    MergeSources sources, IReadOnlySet<string> kept, IProgress<WorkProgress>? progress, CancellationToken cancel) : IDisposable
{
    private readonly List<IDisposable> _open = [];
    private readonly Lazy<string> _folder = new(() => Directory.CreateTempSubdirectory("wiseft.").FullName);

    /// <summary>What was found out, one sentence each.</summary>
    public List<string> Notes { get; } = [];

    private MergeRecipe Recipe => sources.Recipe;

    /// <summary>Whether a method is one of these.</summary>
    public static bool Has(MergeMethod method) =>
        method is MergeMethod.Fisher or MergeMethod.RegMean or MergeMethod.GreedySoup or MergeMethod.LearnedSoup;

    /// <summary>Looks at the images.</summary>
    /// <exception cref="ArgumentException">The recipe does not say which images, or the models are no classifiers.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public IMergeMethod Create() => Recipe.Method switch
    {
        MergeMethod.Fisher => new FisherMerge(sources.Settings, PerModel("Fisher information", EstimateFisher)),
        MergeMethod.RegMean => new RegMeanMerge(sources.Settings, PerModel("products of inputs", EstimateProducts)),
        MergeMethod.GreedySoup => new CoefficientMerge(new WeightedSum(Greedy())),
        _ => Learned(),
    };

    /// <summary>Closes files and deletes those that were temporary.</summary>
    public void Dispose()
    {
        _open.ForEach(o => o.Dispose());
        if (_folder.IsValueCreated) Directory.Delete(_folder.Value, recursive: true);
    }

    private MergeModel[] PerModel(string what, Action<ImageClassifier, LabelledImages, string, IProgress<WorkProgress>?> estimate)
    {
        var models = new List<MergeModel>();
        foreach (var (place, (ingredient, model)) in sources.Models.Index())
        {
            string? file = Recipe.Method == MergeMethod.Fisher ? ingredient.Parameters.Fisher : null;
            if (file is null)
            {
                file = Path.Combine(_folder.Value, string.Create(CultureInfo.InvariantCulture, $"{place}.safetensors"));
                string data = ingredient.Parameters.Data ?? Recipe.Parameters.Data ?? throw new ArgumentException(
                    $"{MergeMethodInfo.Of(Recipe.Method).Name} needs the {what} of {ingredient.Model}, and the recipe names no images of " +
                    "its task. Give the model `parameters: {data: DIR}`" +
                    (Recipe.Method == MergeMethod.Fisher ? ", or `fisher: FILE` that `wiseft fisher` wrote." : "."));
                using ImageClassifier classifier = LoadClassifier(ingredient.Model);
                estimate(classifier, Images(data, classifier.ClassNames), file, new Share(progress, place, sources.Models.Length));
            }
            ITensorFile opened = TensorFile.Open(file);
            _open.Add(opened);
            models.Add(new MergeModel($"{what} of {model.Name}", opened));
        }
        return [.. models];
    }

    private void EstimateFisher(ImageClassifier model, LabelledImages images, string file, IProgress<WorkProgress>? part)
    {
        var options = new FisherOptions { Seed = Recipe.Parameters.Seed ?? 0 };
        if (Recipe.Parameters.Examples is { } examples) options = options with { Examples = examples };
        using FisherInformation fisher = FisherInformation.Estimate(model, images, options, part, cancel);
        fisher.Save(file);
    }

    private void EstimateProducts(ImageClassifier model, LabelledImages images, string file, IProgress<WorkProgress>? part)
    {
        var options = new InputProductsOptions { Seed = Recipe.Parameters.Seed ?? 0 };
        if (Recipe.Parameters.Examples is { } examples) options = options with { Examples = examples };
        using InputProducts products = InputProducts.Estimate(model, images, options, part, cancel);
        products.Save(file);
    }

    private ImmutableArray<double> Greedy()
    {
        using SoupModels models = Soup(out LabelledImages heldOut);
        GreedySoupResult result = GreedySoup.Run(models, heldOut, null, progress, cancel);
        foreach (SoupCandidate candidate in result.Candidates)
            Notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"greedy_soup: {candidate.Name}, {candidate.Accuracy:P2} alone, {(candidate.Joined ? "joined" : "did not join")}: " +
                $"the soup {(candidate.Joined ? "has" : "would have")} {candidate.SoupAccuracy:P2} on {heldOut.Count} held-out images."));
        return result.Shares;
    }

    private CoefficientMerge Learned()
    {
        using SoupModels models = Soup(out LabelledImages heldOut);
        LearnedSoupResult result = LearnedSoup.Run(
            models, heldOut, new LearnedSoupOptions { Seed = Recipe.Parameters.Seed ?? 0 }, progress, cancel);
        double[] means = [.. Enumerable.Range(0, sources.Models.Length).Select(i => result.Shares.Values.Average(s => s[i]))];
        Notes.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"learned_soup: mean shares {string.Join(", ", means.Select(m => m.ToString("F3", CultureInfo.InvariantCulture)))}; " +
            $"{result.Accuracy:P2} on {heldOut.Count} held-out images, on which it learned."));
        return new CoefficientMerge(new SharesByTensor(
            name => result.Shares.TryGetValue(name, out ImmutableArray<double> shares) ? [.. shares] : means));
    }

    private SoupModels Soup(out LabelledImages heldOut)
    {
        string name = MergeMethodInfo.Of(Recipe.Method).Name;
        string data = Recipe.Evaluate?.Validation ?? Recipe.Evaluate?.Reference ?? throw new ArgumentException(
            $"{name} chooses by held-out images, and the recipe names none. Give `evaluate: {{reference: DIR, validation: DIR}}`.");
        if (Recipe.Evaluate!.Validation is null)
            Notes.Add($"{name} chooses on the reference's test images, so that what is reported on them is too good. Give `validation`.");
        using ImageClassifier architecture = LoadClassifier(sources.Models[0].Ingredient.Model);
        heldOut = Images(data, architecture.ClassNames);
        // What is kept is kept in the candidates too: what is measured is what is written.
        return SoupModels.Of(architecture, [.. sources.Models.Select(m => m.Model with
        {
            Get = tensor => kept.Contains(tensor) ? sources.Keeper.Get(tensor) : m.Model.Get(tensor),
        })]);
    }

    private ImageClassifier LoadClassifier(string path)
    {
        string file = MergeSources.ModelFile(path, TrainedModel.FineTunedFile);
        return ClassifierFile.IsClassifier(file) ? ImageClassifier.Load(file) : throw new ArgumentException(
            $"{MergeMethodInfo.Of(Recipe.Method).Name} runs the models on images, and {path} is no classifier's file. Expected what " +
            "`wiseft train` or `wiseft zeroshot` wrote.");
    }

    private static LabelledImages Images(string data, IReadOnlyList<string> classes) => DataSource.Parse(data).LoadReference(classes);

    private sealed class Share(IProgress<WorkProgress>? whole, int place, int count) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => whole?.Report(new WorkProgress(place * value.Total + value.Done, count * value.Total));
    }
}
