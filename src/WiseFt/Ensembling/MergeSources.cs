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
    public bool HasBase => Base is not null && Recipe.GoesFromBase;

    /// <summary>What the method merges.</summary>
    public IReadOnlyList<MergeModel> Merged => [.. HasBase ? (MergeModel[])[Base!] : [], .. Models.Select(m => m.Model)];

    /// <summary>The metadata of the file that decides what the merged file is; null where it has none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; private set; }

    /// <summary>Where the keeper lies, as the recipe says it; null in memory.</summary>
    public string? KeeperPath { get; private set; }

    /// <summary>The recipe's numbers for each tensor.</summary>
    public MergeSettings Settings => field ??= new(
        Recipe.Parameters, [.. Models.Select(m => m.Ingredient.Parameters)], new BlockLayout(Keeper.Tensors.Keys));

    /// <summary>Opens files and folders.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">A file is of no known format or damaged.</exception>
    public static MergeSources Open(MergeRecipe recipe, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        recipe.RequirePossible();
        return new MergeSources(recipe).OrDispose(sources => sources.OpenFiles(progress, cancel));
    }

    /// <summary>Takes weights in memory by the names that the recipe gives its models.</summary>
    /// <exception cref="KeyNotFoundException">A model of the recipe is not among them.</exception>
    public static MergeSources Of(MergeRecipe recipe, IReadOnlyDictionary<string, Weights> models)
    {
        recipe.RequirePossible();
        var sources = new MergeSources(recipe);
        if (recipe.BaseModel is { } name) sources.Base = new MergeModel(name, Find(name));
        sources.Models = [.. recipe.Merged.Select(i => (i, new MergeModel(i.Model, Find(i.Model))))];
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

    private void OpenFiles(IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        ImmutableArray<MergeIngredient> ingredients = Recipe.Merged;
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

    /// <summary>The file or folder that a path means as a model: a trained folder's end point.</summary>
    public static string ModelFile(string path, string inTrainedFolder) =>
        TrainedModel.IsIn(path) ? Path.Combine(path, inTrainedFolder) : path;

    private static ImageClassifier ZeroShot(string path, ClassifierSpec spec, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        using ClipModel clip = ClipModel.Load(path);
        PromptTemplates templates = spec.Templates is { } known ? new PromptTemplates("model", known) : PromptTemplates.ImageNet;
        return ZeroShotHead.Build(clip, spec.ClassNames, templates, progress: progress, cancel: cancel);
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
