using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

public sealed class LabelKeysTests
{
    private readonly MLContext _mlContext = new(seed: 1);

    [Fact]
    public void Read_OfTextLabels_GivesThemInKeyOrder()
    {
        LabelKeys keys = LabelKeys.Read(Mapped(["dog", "cat", "dog", "emu"]).Schema["Label"])!;

        keys.Names.Should().Equal("dog", "cat", "emu");
        keys.KeyType.Count.Should().Be(3);
    }

    [Fact]
    public void Read_OfNumbers_FormatsThemInvariantly()
    {
        CultureInfo.CurrentCulture = new CultureInfo("de-DE");

        LabelKeys.Read(Mapped([1.5, -2.25]).Schema["Label"])!.Names.Should().Equal("1.5", "-2.25");
        LabelKeys.Read(Mapped([true, false]).Schema["Label"])!.Names.Should().Equal("true", "false");
        LabelKeys.Read(Mapped([7, 3]).Schema["Label"])!.Names.Should().Equal("7", "3");
    }

    [Fact]
    public void Annotate_AfterReading_GivesTheTypedValuesBack()
    {
        AnnotatedValues(new[] { 7, -3 }).Should().Equal(7, -3);
        AnnotatedValues(new[] { 0.1f, 1e-30f }).Should().Equal(0.1f, 1e-30f);
        AnnotatedValues(new[] { new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc), DateTime.UnixEpoch })
            .Should().Equal(new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc), DateTime.UnixEpoch);
    }

    [Fact]
    public void Read_OfAColumnThatIsNoKey_SaysToMapIt()
    {
        IDataView data = Unmapped(["a", "b"]);

        FluentActions.Invoking(() => LabelKeys.Read(data.Schema["Label"]))
            .Should().Throw<ArgumentException>().WithMessage("*MapValueToKey(\"Label\")*");
    }

    [Fact]
    public void RequireSame_WithOtherOrder_ListsBoth()
    {
        LabelKeys keys = LabelKeys.FromNames(["cat", "dog"]);

        keys.Invoking(k => k.RequireSame(Mapped(["cat", "dog"]).Schema["Label"])).Should().NotThrow();
        LabelKeys.FromNames(["caf\u00e9", "dog"]).Invoking(k => k.RequireSame(Mapped(["cafe\u0301", "dog"]).Schema["Label"]))
            .Should().NotThrow("names are compared after Unicode normalisation");
        keys.Invoking(k => k.RequireSame(Unmapped(["dog"]).Schema["Label"])).Should().NotThrow("text labels carry no class order");
        keys.Invoking(k => k.RequireSame(Mapped(["dog", "cat"]).Schema["Label"]))
            .Should().Throw<ArgumentException>().WithMessage("*[dog, cat]*[cat, dog]*");
        keys.Invoking(k => k.RequireSame(Mapped(["cat", "dog", "emu"]).Schema["Label"]))
            .Should().Throw<ArgumentException>().WithMessage("*3 classes [cat, dog, emu]*2 classes [cat, dog]*");
    }

    [Fact]
    public void FromNames_WithOneClass_Refuses() =>
        FluentActions.Invoking(() => LabelKeys.FromNames(["cat"]))
            .Should().Throw<ArgumentException>().WithMessage("*1 classes*at least two*");

    private T[] AnnotatedValues<T>(T[] values)
    {
        LabelKeys keys = LabelKeys.Read(Mapped(values).Schema["Label"])!;
        var builder = new DataViewSchema.Annotations.Builder();
        keys.Annotate(builder, "KeyValues");
        VBuffer<T> read = default;
        builder.ToAnnotations().GetValue("KeyValues", ref read);
        return [.. read.DenseValues()];
    }

    private IDataView Mapped<T>(T[] labels)
    {
        IDataView data = Unmapped(labels);
        return _mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    private IDataView Unmapped<T>(T[] labels) =>
        _mlContext.Data.LoadFromEnumerable(labels.Select(l => new Labelled<T> { Label = l }).ToArray());

    private sealed class Labelled<T>
    {
        public T Label { get; set; } = default!;
    }
}
