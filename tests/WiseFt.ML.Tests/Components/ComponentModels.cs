using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

/// <summary>Every component of the package, each with every kind of column that it reads.</summary>
/// <remarks>What is held against them is what ML.NET promises of an estimator and a transformer:
/// the schema beforehand, the columns refused, cursors, rows.</remarks>
public sealed class ComponentModels : IDisposable
{
    public const string ZeroShot = "ClipZeroShot", FineTune = "ClipFineTune", Mixture = "WiseFt",
        MixtureOfTransformers = "WiseFt(transformers)", MixtureOfFiles = "WiseFt(files)", ImageEmbedding = "ClipImageEmbedding",
        TextEmbedding = "ClipTextEmbedding", Ensemble = "WeightEnsemble", EnsembleOfFiles = "WeightEnsemble(files)", Soup = "ModelSoup";

    public const string Input = "Input";

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<(string Component, string Kind), Lazy<ITransformer>> _models = [];
    private readonly Lazy<(ClipClassifierTransformer ZeroShot, ClipClassifierTransformer FineTuned)> _pair;

    public ComponentModels() => _pair = new(() =>
    {
        IDataView data = Data("path");
        ClipClassifierTransformer zeroShot = ZeroShotOf().Fit(data), fineTuned = FineTuneOf().Fit(data);
        zeroShot.SaveClassifier(_folder.At("zeroshot.safetensors"));
        fineTuned.SaveClassifier(_folder.At("finetuned.safetensors"));
        return (zeroShot, fineTuned);
    });

    /// <summary>The components with the kinds of their input column.</summary>
    public static TheoryData<string, string> All
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (string component in Components.Where(c => c != TextEmbedding))
                foreach (string kind in new[] { "path", "image", "bytes" })
                    all.Add(component, kind);
            all.Add(TextEmbedding, "text");
            return all;
        }
    }

    public static IReadOnlyList<string> Components { get; } =
    [
        ZeroShot, FineTune, Mixture, MixtureOfTransformers, MixtureOfFiles, Ensemble, EnsembleOfFiles, Soup, ImageEmbedding, TextEmbedding,
    ];

    public MLContext Context { get; } = new(seed: 1);

    /// <summary>Whether a component reads a label column.</summary>
    public static bool ReadsLabels(string component) => component is not (ImageEmbedding or TextEmbedding);

    public IEstimator<ITransformer> Estimator(string component) => component switch
    {
        ZeroShot => ZeroShotOf(),
        FineTune => FineTuneOf(),
        Mixture => Context.Transforms.WiseFt(new WiseFtEstimator.Options
        {
            ModelPath = EmojiImages.ModelPath, Head = Head, Columns = Columns, Scoring = Scoring, Training = Training,
        }),
        MixtureOfTransformers => Context.Transforms.WiseFt(_pair.Value.ZeroShot, _pair.Value.FineTuned),
        MixtureOfFiles => Files(),
        Ensemble => Context.Transforms.WeightEnsemble(
            new WeightEnsembleEstimator.Options { Method = MergeMethod.Ties, BaseModel = _pair.Value.ZeroShot }, _pair.Value.FineTuned),
        EnsembleOfFiles => EnsembleFiles(),
        Soup => Context.Transforms.ModelSoup(new ModelSoupEstimator.Options
        {
            ModelPath = EmojiImages.ModelPath,
            Head = Head,
            Columns = Columns,
            Scoring = Scoring,
            Training = Training,
            Grid = new() { Seeds = [0, 1] },
            Kind = SoupKind.Uniform,
        }),
        ImageEmbedding => Context.Transforms.ClipImageEmbedding(new ClipImageEmbeddingEstimator.Options
        {
            ModelPath = EmojiImages.ModelPath, InputColumnName = Input, Scoring = Scoring,
        }),
        TextEmbedding => Context.Transforms.ClipTextEmbedding(new ClipTextEmbeddingEstimator.Options
        {
            ModelPath = EmojiImages.ModelPath, InputColumnName = Input, Scoring = Scoring,
        }),
        _ => throw new ArgumentException($"There is no component {component}.", nameof(component)),
    };

    /// <summary>The component fitted, once for all tests.</summary>
    public ITransformer Model(string component, string kind) =>
        _models.GetOrAdd((component, kind), key => new(() => Estimator(key.Component).Fit(Data(key.Kind)))).Value;

    /// <summary>Rows with a key column of labels, a number, and the input column in one of its kinds.</summary>
    public IDataView Data(string kind)
    {
        IDataView rows = kind switch
        {
            "path" => View(row => new PathRow { Input = row.ImagePath }),
            "bytes" => View(row => new BytesRow { Input = File.ReadAllBytes(row.ImagePath) }),
            "text" => View(row => new PathRow { Input = "a photo of a " + row.Label }),
            "image" => View(row => new PathRow { Input = row.ImagePath }),
            _ => throw new ArgumentException($"There is no kind {kind}.", nameof(kind)),
        };
        IDataView keyed = Context.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
        return kind == "image" ? Context.Transforms.LoadImages(Input, "", Input).Fit(keyed).Transform(keyed) : keyed;
    }

    /// <summary>What ML.NET makes of a schema before there is data. Internal to it.</summary>
    public static SchemaShape Shape(DataViewSchema schema) => (SchemaShape)typeof(SchemaShape)
        .GetMethod("Create", BindingFlags.NonPublic | BindingFlags.Static, [typeof(DataViewSchema)])!.Invoke(null, [schema])!;

    public void Dispose()
    {
        foreach (var model in _models.Values) (model.Value as IDisposable)?.Dispose();
        if (_pair.IsValueCreated)
        {
            _pair.Value.ZeroShot.Dispose();
            _pair.Value.FineTuned.Dispose();
        }
        _folder.Dispose();
    }

    private static ZeroShotHeadOptions Head => new() { Templates = PromptTemplates.Simple };

    private static ScoringColumns Columns => new() { ImageColumnName = Input };

    private static ScoringOptions Scoring => new() { BatchSize = 5 };

    private static FineTuningOptions Training => new() { Mode = FineTuningMode.LinearClassifier, Epochs = 1, BatchSize = 4 };

    private IDataView View<T>(Func<EmojiImages.Row, T> make)
        where T : LabelledRow => EmojiImages.View(Context, Rows.Select((row, i) =>
        {
            T made = make(row);
            (made.Label, made.Number) = (row.Label, i);
            return made;
        }));

    private static IEnumerable<EmojiImages.Row> Rows => EmojiImages.Train.Where((_, i) => i % 6 < 3);

    private ClipZeroShotEstimator ZeroShotOf() => Context.Transforms.ClipZeroShot(new ClipZeroShotEstimator.Options
    {
        ModelPath = EmojiImages.ModelPath, Head = Head, Columns = Columns, Scoring = Scoring,
    });

    private ClipFineTuneTrainer FineTuneOf() =>
        Context.MulticlassClassification.Trainers.ClipFineTune(new ClipFineTuneTrainer.Options
        {
            ModelPath = EmojiImages.ModelPath, Head = Head, Columns = Columns, Scoring = Scoring, Training = Training,
        });

    private WiseFtEstimator Files()
    {
        _ = _pair.Value; // writes them
        return Context.Transforms.WiseFt(
            _folder.At("zeroshot.safetensors"), _folder.At("finetuned.safetensors"),
            new WiseFtEstimator.MixtureOptions { Columns = Columns, Scoring = Scoring });
    }

    private WeightEnsembleEstimator EnsembleFiles()
    {
        _ = _pair.Value; // writes them
        var recipe = new MergeRecipe
        {
            Method = MergeMethod.UniformSoup,
            Models = [new(_folder.At("zeroshot.safetensors")), new(_folder.At("finetuned.safetensors"))],
        };
        return Context.Transforms.WeightEnsemble(
            recipe, new WeightEnsembleEstimator.RecipeOptions { Columns = Columns, Scoring = Scoring });
    }

    private abstract class LabelledRow
    {
        public string Label { get; set; } = "";

        public int Number { get; set; }
    }

    private sealed class PathRow : LabelledRow
    {
        public string Input { get; set; } = "";
    }

    private sealed class BytesRow : LabelledRow
    {
        public byte[] Input { get; set; } = [];
    }
}
