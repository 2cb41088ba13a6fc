using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

public sealed class ComponentSchemaTests(ComponentModels models) : IClassFixture<ComponentModels>
{
    /// <summary>Components, and what their label column is instead of a key.</summary>
    public static TheoryData<string, string> BadLabels => Pairs(
        ComponentModels.Components.Where(ComponentModels.ReadsLabels), ["text", "number", "vector of keys"]);

    /// <summary>Components that cannot do without a label.</summary>
    public static TheoryData<string> Trainers => [ComponentModels.FineTune, ComponentModels.Mixture, ComponentModels.Soup];

    /// <summary>Components, and what their input column is instead.</summary>
    public static TheoryData<string, string> BadInputs =>
        Pairs(ComponentModels.Components, ["missing", "number", "vector of texts", "vector of numbers", "key"]);

    [Theory, MemberData(nameof(ComponentModels.All), MemberType = typeof(ComponentModels))]
    public void GetOutputSchema_OfAShape_IsWhatTransformDelivers(string component, string kind)
    {
        IDataView data = models.Data(kind);

        SchemaShape promised = models.Estimator(component).GetOutputSchema(ComponentModels.Shape(data.Schema));
        SchemaShape delivered = ComponentModels.Shape(models.Model(component, kind).Transform(data).Schema);

        Described(promised).Should().Equal(Described(delivered));
    }

    [Theory, MemberData(nameof(ComponentModels.All), MemberType = typeof(ComponentModels))]
    public void GetOutputSchema_OfASchema_IsWhatTransformDelivers(string component, string kind)
    {
        IDataView data = models.Data(kind);
        ITransformer model = models.Model(component, kind);

        DataViewSchema delivered = model.Transform(data).Schema;
        IRowToRowMapper mapper = model.GetRowToRowMapper(data.Schema);

        Described(model.GetOutputSchema(data.Schema)).Should().Equal(Described(delivered));
        Described(mapper.OutputSchema).Should().Equal(Described(delivered));
        mapper.InputSchema.Should().BeSameAs(data.Schema);
    }

    [Theory, MemberData(nameof(ComponentModels.All), MemberType = typeof(ComponentModels))]
    public void Load_OfASavedModel_GivesTheSameSchemaAndRows(string component, string kind)
    {
        IDataView data = models.Data(kind);
        ITransformer model = models.Model(component, kind);
        using var stream = new MemoryStream();
        models.Context.Model.Save(model, data.Schema, stream);

        ITransformer loaded = new MLContext().Model.Load(stream, out DataViewSchema schema);

        using var _ = (IDisposable)loaded;
        if (kind != "image") Described(schema).Should().Equal(Described(data.Schema)); // ML.NET saves no columns of images
        Described(loaded.GetOutputSchema(data.Schema)).Should().Equal(Described(model.GetOutputSchema(data.Schema)));
        List<RowContent> expected = RowContent.Read(model.Transform(data)), rows = RowContent.Read(loaded.Transform(data));
        rows.Should().HaveSameCount(expected);
        for (int i = 0; i < rows.Count; i++) rows[i].Should(expected[i]);
    }

    [Theory, MemberData(nameof(BadInputs))]
    public void InputColumn_OfAnotherType_IsASchemaMismatchEverywhere(string component, string bad)
    {
        IEstimator<ITransformer> estimator = models.Estimator(component);
        ITransformer model = models.Model(component, component == ComponentModels.TextEmbedding ? "text" : "path");
        IDataView data = With(models.Data("path"), ComponentModels.Input, bad);

        Refuses(() => estimator.GetOutputSchema(ComponentModels.Shape(data.Schema)), $"*'{ComponentModels.Input}'*");
        Refuses(() => estimator.Fit(data), $"*'{ComponentModels.Input}'*");
        Refuses(() => model.GetOutputSchema(data.Schema), $"*'{ComponentModels.Input}'*");
        Refuses(() => model.Transform(data), $"*'{ComponentModels.Input}'*");
        Refuses(() => model.GetRowToRowMapper(data.Schema), $"*'{ComponentModels.Input}'*");
    }

    [Theory, MemberData(nameof(BadLabels))]
    public void LabelColumn_ThatIsNoKey_IsASchemaMismatchBeforeAndAtFit(string component, string bad)
    {
        IEstimator<ITransformer> estimator = models.Estimator(component);
        IDataView data = With(models.Data("path"), "Label", bad);

        Refuses(() => estimator.GetOutputSchema(ComponentModels.Shape(data.Schema)), "*'Label'*MapValueToKey(\"Label\")*");
        Refuses(() => estimator.Fit(data), "*'Label'*MapValueToKey(\"Label\")*");
    }

    [Theory, MemberData(nameof(Trainers))]
    public void LabelColumn_ThatIsMissing_IsASchemaMismatchBeforeAndAtFit(string component)
    {
        IEstimator<ITransformer> estimator = models.Estimator(component);
        IDataView data = With(models.Data("path"), "Label", "missing");

        Refuses(() => estimator.GetOutputSchema(ComponentModels.Shape(data.Schema)), "*'Label'*");
        Refuses(() => estimator.Fit(data), "*'Label'*");
    }

    [Theory, InlineData(true), InlineData(false)]
    public void ImageColumn_LostInACache_NamesTheCacheAndTheRemedy(bool asCheckpoint)
    {
        MLContext context = models.Context;
        IEstimator<ITransformer> component = models.Estimator(ComponentModels.ImageEmbedding);
        IDataView paths = With(models.Data("path"), "Path", "copy of the input");
        IDataView data = With(paths, ComponentModels.Input, "missing");
        var images = context.Transforms.LoadImages(ComponentModels.Input, "", "Path");

        Action fit = asCheckpoint
            ? () => images.AppendCacheCheckpoint(context).Append(component).Fit(data)
            : () => component.Fit(context.Data.Cache(images.Fit(data).Transform(data)));

        fit.Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Schema mismatch*AppendCacheCheckpoint*drop*MLImage*after this component*");
        images.Append(component).AppendCacheCheckpoint(context).Fit(data).Dispose();
    }

    /// <summary>The data with a column of another kind, or without it.</summary>
    private IDataView With(IDataView data, string name, string kind)
    {
        TransformsCatalog transforms = models.Context.Transforms;
        IEstimator<ITransformer> change = kind switch
        {
            "missing" => transforms.DropColumns(name),
            "number" => transforms.CopyColumns(name, "Number"),
            "text" => transforms.Conversion.ConvertType(name, "Number", DataKind.String),
            "key" => transforms.Conversion.MapValueToKey(name, "Number"),
            "vector of keys" => transforms.Conversion.ConvertType(name, "Number", DataKind.String)
                .Append(transforms.Concatenate(name, name, name)).Append(transforms.Conversion.MapValueToKey(name)),
            "vector of texts" => transforms.Concatenate(name, ComponentModels.Input, ComponentModels.Input),
            "vector of numbers" => transforms.Conversion.ConvertType(name, "Number", DataKind.Single)
                .Append(transforms.Concatenate(name, name, name)),
            "copy of the input" => transforms.CopyColumns(name, ComponentModels.Input),
            _ => throw new ArgumentException($"There is no kind {kind}.", nameof(kind)),
        };
        return change.Fit(data).Transform(data);
    }

    private static void Refuses(Action action, string message) =>
        action.Should().Throw<ArgumentOutOfRangeException>().WithMessage("Schema mismatch*").WithMessage(message);

    private static IEnumerable<string> Described(SchemaShape shape) => shape.Select(Described).Order(StringComparer.Ordinal);

    private static string Described(SchemaShape.Column column) =>
        $"{column.Name}: {column.Kind} of {column.ItemType}{(column.IsKey ? ", a key" : "")} " +
        $"[{string.Join("; ", Described(column.Annotations))}]";

    private static IEnumerable<string> Described(DataViewSchema schema) => schema.Select(column =>
        $"{column.Name}: {column.Type}{(column.IsHidden ? ", hidden" : "")} " +
        $"[{string.Join("; ", Described(column.Annotations))}]");

    private static IEnumerable<string> Described(DataViewSchema.Annotations annotations) => annotations.Schema
        .Select(kind => $"{kind.Name}: {kind.Type} = {Annotation(annotations, kind)}").Order(StringComparer.Ordinal);

    private static string Annotation(DataViewSchema.Annotations annotations, DataViewSchema.Column kind) => kind.Type switch
    {
        VectorDataViewType { ItemType: TextDataViewType } => Texts(annotations, kind.Name),
        TextDataViewType => Value<ReadOnlyMemory<char>>(annotations, kind.Name).ToString(),
        _ when kind.Type.RawType == typeof(uint) => $"{Value<uint>(annotations, kind.Name)}",
        _ => "",
    };

    private static string Texts(DataViewSchema.Annotations annotations, string kind) =>
        string.Join(",", Value<VBuffer<ReadOnlyMemory<char>>>(annotations, kind).DenseValues().Select(t => t.ToString()));

    private static T Value<T>(DataViewSchema.Annotations annotations, string kind)
    {
        T value = default!;
        annotations.GetValue(kind, ref value);
        return value;
    }

    private static TheoryData<string, string> Pairs(IEnumerable<string> components, string[] kinds)
    {
        var pairs = new TheoryData<string, string>();
        foreach (string component in components)
            foreach (string kind in kinds)
                pairs.Add(component, kind);
        return pairs;
    }
}
