using System.Collections.Immutable;
using WiseFt.Classification;
using WiseFt.Files;
using WiseFt.Merging;
using WiseFt.Models;
using WiseFt.Runs;
using WiseFt.Tensors;

namespace WiseFt.Ensembling;

/// <summary>The models of a recipe, open.</summary>
internal sealed class MergeSources : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly List<(string Path, HashedTensors Tensors)> _files = [];

    private ImageClassifier? _base; // made of a CLIP model

    private MergeSources(MergeRecipe recipe) => Recipe = recipe;

    /// <summary>What they are the models of.</summary>
    public MergeRecipe Recipe { get; }

    /// <summary>theta_0; null where the recipe has no base.</summary>
    public MergeModel? Base { get; private set; }

    /// <summary>The models; the base is none of them where the method measures task vectors.</summary>
    public ImmutableArray<(MergeIngredient Ingredient, MergeModel Model)> Models { get; private set; } = [];

    /// <summary>The model whose names count and whose tensors are kept: the base, or the first.</summary>
    public MergeModel Keeper => Base ?? Models[0].Model;

    /// <summary>Whether the method gets the base as its first model.</summary>
    public bool HasBase => Base is not null && MeasuresTaskVectors(Recipe);

    /// <summary>What the method merges.</summary>
    public IReadOnlyList<MergeModel> Merged => [.. HasBase ? (MergeModel[])[Base!] : [], .. Models.Select(m => m.Model)];

    /// <summary>The metadata of the file that decides what the merged file is; null where it has none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; private set; }

    /// <summary>Where the keeper lies, as the recipe says it; null in memory.</summary>
    public string? KeeperPath { get; private set; }

    /// <summary>The recipe's numbers for each tensor.</summary>
    public MergeSettings Settings => new(
        Recipe.Parameters, [.. Models.Select(m => m.Ingredient.Parameters)], new BlockLayout(Keeper.Tensors.Keys));

    /// <summary>Opens files and folders.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">A file is of no known format or damaged.</exception>
    public static MergeSources Open(MergeRecipe recipe, IProgress<WorkProgress>? progress, CancellationToken cancel) =>
        new MergeSources(recipe).OrDispose(sources => sources.OpenFiles(progress, cancel));

    /// <summary>Takes weights in memory by the names that the recipe gives its models.</summary>
    /// <exception cref="KeyNotFoundException">A model of the recipe is not among them.</exception>
    public static MergeSources Of(MergeRecipe recipe, IReadOnlyDictionary<string, Weights> models)
    {
        var sources = new MergeSources(recipe);
        if (recipe.BaseModel is { } name) sources.Base = new MergeModel(name, Find(name));
        sources.Models = [.. sources.Ingredients(n => n).Select(i => (i, new MergeModel(i.Model, Find(i.Model))))];
        return sources;

        Weights Find(string model) => models.TryGetValue(model, out Weights? weights)
            ? weights
            : throw new KeyNotFoundException(
                $"The recipe merges '{model}', which is not among the models: {Listed.Quoted([.. models.Keys])}.");
    }

    /// <summary>The base as a classifier, which the caller disposes.</summary>
    /// <param name="classes">The classes of a CLIP model, which has none of its own.</param>
    public ImageClassifier LoadBase(IReadOnlyList<string> classes) => _base is { } classifier
        ? classifier.WithWeights(classifier.Weights)
        : MergeRun.Load(ModelFile(Recipe.BaseModel!, TrainedModel.ZeroShotFile), classes);

    /// <summary>The files with the hashes of what was read of them; dashes of the same length before anything was.</summary>
    /// <param name="known">Whether all is read.</param>
    public IEnumerable<(string Name, string Hash)> Hashes(bool known) => _files.Select(f =>
        (Path.GetFileName(Path.TrimEndingDirectorySeparator(f.Path)), known ? f.Tensors.Hash() : new string('-', HashedTensors.Digits)));

    /// <inheritdoc/>
    public void Dispose() => _owned.ForEach(o => o.Dispose());

    /// <summary>Whether a method's models are compared with the base.</summary>
    public static bool MeasuresTaskVectors(MergeRecipe recipe) =>
        MergeMethodInfo.Of(recipe.Method).Base == true || (recipe.Method == MergeMethod.NuSlerp && recipe.BaseModel is not null);

    private void OpenFiles(IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        MergeIngredient[] ingredients = [.. Ingredients(Path.GetFullPath)];
        var files = new List<ITensorFile>();
        foreach (MergeIngredient ingredient in ingredients) files.Add(OpenFile(ingredient.Model, TrainedModel.FineTunedFile));
        bool classifies = files[0].Tensors.ContainsKey(ImageClassifier.HeadWeight);
        Metadata = MetadataOf(files[0]);
        if (Recipe.BaseModel is { } path)
        {
            ITensorFile file = OpenFile(path, TrainedModel.ZeroShotFile);
            if (classifies && !file.Tensors.ContainsKey(ImageClassifier.HeadWeight) && ClassifierFile.FindSpec(files[0]) is { } spec)
            {
                _owned.Add(_base = ZeroShot(path, spec, progress, cancel));
                Base = new MergeModel(path, _base.Weights);
            }
            else
            {
                files.Add(file);
                (KeeperPath, Metadata) = (path, MetadataOf(file) ?? Metadata);
            }
        }
        KeeperPath ??= ingredients[0].Model;
        HashedTensors[] hashed = [.. WithCommonNames(files).Select(f => new HashedTensors(f))];
        string[] paths = [.. ingredients.Select(i => i.Model), .. Recipe.BaseModel is { } b ? (string[])[b] : []];
        MergeModel[] models = [.. hashed.Zip(paths, (tensors, at) => new MergeModel(at, tensors))];
        _files.AddRange(paths.Zip(hashed));
        if (hashed.Length > ingredients.Length) Base = models[^1];
        Models = [.. ingredients.Zip(models)];
    }

    // Files are the caller's from the moment that they are open: whatever fails afterwards.
    private ITensorFile OpenFile(string path, string inTrainedFolder)
    {
        ITensorFile file = TensorFile.OpenModel(ModelFile(path, inTrainedFolder));
        _owned.Add(file);
        return file;
    }

    private static string ModelFile(string path, string inTrainedFolder) =>
        TrainedModel.IsIn(path) ? Path.Combine(path, inTrainedFolder) : path;

    private static ImageClassifier ZeroShot(string path, ClassifierSpec spec, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        using ClipModel clip = ClipModel.Load(path);
        PromptTemplates templates = spec.Templates is { } known ? new PromptTemplates("model", known) : PromptTemplates.ImageNet;
        return ZeroShotHead.Build(clip, spec.ClassNames, templates, progress: progress, cancel: cancel);
    }

    private MergeIngredient[] Ingredients(Func<string, string> identity)
    {
        string? theta0 = MeasuresTaskVectors(Recipe) && Recipe.BaseModel is { } path ? identity(path) : null;
        MergeIngredient[] others = [.. Recipe.Models.Where(m => identity(m.Model) != theta0)];
        MergeMethodInfo info = MergeMethodInfo.Of(Recipe.Method);
        if (others.Length < info.Fewest || others.Length > info.Most)
            throw new ArgumentException(
                $"{info.Name} merges {(info.Fewest == info.Most ? $"{info.Fewest}" : $"at least {info.Fewest}")} " +
                $"model{(info.Fewest == 1 ? "" : "s")}{(theta0 is null ? "" : " besides the base")}, and the recipe has {others.Length}.");
        return others;
    }

    // A file keeps its own names as long as all have the same.
    private static IEnumerable<ITensorFile> WithCommonNames(List<ITensorFile> files)
    {
        if (HaveSameNames(files)) return files;
        ITensorFile[] plain = [.. files.Select(f => new PlainNames(f))];
        return HaveSameNames(plain) ? plain : files;
    }

    private static bool HaveSameNames(IReadOnlyList<ITensorFile> files) =>
        files.All(f => f.Tensors.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(files[0].Tensors.Keys));

    private static IReadOnlyDictionary<string, string>? MetadataOf(ITensorFile file) => (file as SafetensorsFile)?.Metadata;
}
