using System.Collections.Immutable;
using CsCheck;
using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>A recipe that is written is read as the same, whatever is in it.</summary>
public sealed class MergeRecipeRoundTripTests
{
    private static readonly Gen<string> _text = Gen.Char["abz019 ./\\:=,'\"{}[]#&*!-~_äλ\n\t"].Array[1, 12]
        .Select(letters => new string(letters)).Where(text => !string.IsNullOrWhiteSpace(text));

    private static readonly ScalarType[] _types = [ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16];

    private static readonly Gen<double> _number = Gen.Double[-3, 3], _part = Gen.Double[0, 1];

    private static readonly Gen<MergeParameters> _parameters = Gen.Select(
        Gen.Select(Maybe(Value(_number)), Maybe(Value(_part)), Maybe(Value(_number)), Maybe(Value(_part)), Maybe(Value(_part))),
        Gen.Select(Maybe(Value(_part)), Maybe(Value(_number)), Maybe(Value(_number)), Maybe(Value(_part)), Maybe(Value(_part))),
        Gen.Select(Gen.Bool.Nullable(), Gen.Bool.Nullable(), Gen.Bool.Nullable(), Gen.Bool.Nullable(), Gen.Bool.Nullable()),
        Gen.Select(Gen.Int.Nullable(), Gen.Int[1, 900].Nullable(), Gen.Int[1, 900].Nullable(), Maybe(_text), Maybe(_text)),
        Gen.Enum<MergeTrim>().Nullable(),
        (a, b, c, d, trim) => new MergeParameters
        {
            Weight = a.Item1,
            T = a.Item2,
            Lambda = a.Item3,
            Density = a.Item4,
            Gamma = a.Item5,
            Epsilon = b.Item1,
            Alpha = b.Item2,
            Beta = b.Item3,
            Scale = b.Item4,
            Floor = b.Item5,
            Energy = b.Item5 is null ? null : 0.5,
            Normalize = c.Item1,
            Rescale = c.Item2,
            FilterWise = c.Item3,
            Flatten = c.Item4,
            RowWise = c.Item5,
            Seed = d.Item1,
            Iterations = d.Item2,
            Examples = d.Item3,
            Fisher = d.Item4,
            Data = d.Item5,
            Trim = trim,
        });

    private static readonly Gen<MergeEvaluation> _evaluation = Gen.Select(_text, Maybe(_text), Gen.Select(_text, _text).Array[0, 3])
        .Select((reference, validation, shifts) => new MergeEvaluation
        {
            Reference = reference,
            Validation = validation,
            Shifts = [.. shifts.DistinctBy(s => s.Item1).Select(s => new MergeShift(s.Item1, s.Item2))],
        });

    private static readonly Gen<MergeSearch> _search = Gen.Select(_part.Array[1, 5], Gen.Enum<MergeChoice>())
        .Select((alphas, choose) => new MergeSearch { Alphas = [.. alphas], Choose = choose });

    private static readonly Gen<MergeIngredient> _model =
        Gen.Select(_text, _parameters).Select((model, parameters) => new MergeIngredient(model) { Parameters = parameters });

    private static readonly Gen<MergeRecipe> _recipe = Gen.Select(
        Gen.Select(Gen.Enum<MergeMethod>(), _text, _model.Array[1, 4], _parameters),
        Gen.Select(Gen.Int[0, _types.Length - 1].Select(i => _types[i]).Nullable(), Gen.Enum<MergeHead>(),
            Gen.Enum<MergeTextTower>(), _text.Array[0, 3]),
        Gen.Select(Maybe(_search), Maybe(_evaluation), Maybe(_text)),
        (a, b, c) => new MergeRecipe
        {
            Method = a.Item1,
            BaseModel = a.Item2,
            Models = [.. a.Item3],
            Parameters = a.Item4,
            Precision = b.Item1,
            Head = b.Item2,
            TextTower = b.Item3,
            Keep = [.. b.Item4],
            Search = c.Item1,
            Evaluate = c.Item2,
            Recalibrate = c.Item3,
        }).Where(recipe => MergeRecipeRules.Fault(recipe) is null);

    [Fact]
    public void ToJson_OfAnyRecipe_IsReadAsTheSame() => _recipe.Sample(
        recipe =>
        {
            string json = recipe.ToJson();
            MergeRecipe read = MergeRecipe.Parse(json);
            read.Should().Be(recipe);
            read.ToJson().Should().Be(json);
        },
        iter: 2000);

    private static Gen<MergeValue> Value(Gen<double> number) => Gen.OneOf(
        Curve(number),
        Gen.Select(Maybe(_text), Curve(number)).Array[1, 3]
            .Select(rules => MergeValue.ByName([.. rules.Select(r => new MergeValueRule(r.Item1, r.Item2))])));

    private static Gen<MergeValue> Curve(Gen<double> number) => number.Array[1, 4].Select(numbers => MergeValue.OverDepth(numbers));

    private static Gen<T?> Maybe<T>(Gen<T> gen)
        where T : class => Gen.Select(Gen.Bool, gen).Select((given, value) => given ? value : null);
}
