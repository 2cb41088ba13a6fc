using WiseFt.Files;

namespace WiseFt.Tests;

/// <summary>Every method against an independent evaluation of its definition in NumPy, on all tensors of a base and three models with
/// OpenAI's names: tests/Fixtures/scripts/merging.</summary>
public sealed class MergeMethodFixtureTests
{
    private const float Tolerance = 1e-5f;

    private static readonly string _folder = Fixtures.Path("merging");

    private static readonly Dictionary<string, Case> _cases = new(StringComparer.Ordinal)
    {
        ["linear/mean"] = new(MergeMethod.Linear, 3, new()) { HasBase = false },
        ["linear/weights"] = new(MergeMethod.Linear, 3, new(), 1, 2, 3) { HasBase = false },
        ["linear/not-normalized"] = new(MergeMethod.Linear, 3, new() { Normalize = false }, 0.7, 0.2, -0.1) { HasBase = false },
        ["slerp/0.3"] = new(MergeMethod.Slerp, 1, new() { T = 0.3 }),
        ["slerp/0.8"] = new(MergeMethod.Slerp, 1, new() { T = 0.8 }) { First = 1 },
        ["slerp/curve"] = new(MergeMethod.Slerp, 1, new() { T = MergeValue.OverDepth(0.1, 0.9) }) { First = 2 },
        ["nuslerp/flat"] = new(MergeMethod.NuSlerp, 2, new(), 1, 2) { HasBase = false },
        ["nuslerp/rows"] = new(MergeMethod.NuSlerp, 2, new() { Flatten = false }, 1, 2) { HasBase = false },
        ["nuslerp/base"] = new(MergeMethod.NuSlerp, 2, new(), 0.6, 0.4),
        ["nuslerp/base-rows"] = new(MergeMethod.NuSlerp, 2, new() { RowWise = true }, 0.6, 0.4),
        ["task_arithmetic/0.4"] = new(MergeMethod.TaskArithmetic, 3, new() { Lambda = 0.4 }),
        ["task_arithmetic/normalized"] = new(MergeMethod.TaskArithmetic, 3, new() { Normalize = true }, 1, 2, 3),
        ["task_arithmetic/forget"] = new(MergeMethod.TaskArithmetic, 1, new() { Lambda = -0.5 }),
        ["ties/tensor"] = new(MergeMethod.Ties, 3, new() { Density = 0.3 }),
        ["ties/weights"] =
            new(MergeMethod.Ties, 3, new() { Normalize = false, Lambda = 0.7 }, 0.5, 1.5, 0.8) { Densities = [0.5, 0.4, 0.05] },
        ["ties/names"] = new(MergeMethod.Ties, 2, new()
        {
            Lambda = 0.3,
            Density = MergeValue.ByName(new MergeValueRule("mlp", 0.2), new MergeValueRule(null, 0.6)),
        }),
        ["ties/model"] = new(MergeMethod.Ties, 3, new() { Trim = MergeTrim.Model }),
        ["ties/model-weights"] =
            new(MergeMethod.Ties, 3, new() { Trim = MergeTrim.Model, Lambda = 0.6 }, 1, -2, 1.25) { Densities = [0.4, 0.7, 0.1] },
        ["ties/model-two"] = new(MergeMethod.Ties, 2, new() { Trim = MergeTrim.Model, Lambda = 0.5 }) { Densities = [1, 0.9] },
        ["dare_linear/0.5"] = new(MergeMethod.DareLinear, 3, new() { Density = 0.5 }),
        ["dare_linear/weights"] = new(MergeMethod.DareLinear, 3, new() { Density = 0.3, Seed = 7, Lambda = 0.4 }, 0.7, 0.2, -0.1),
        ["dare_linear/not-rescaled"] =
            new(MergeMethod.DareLinear, 2, new() { Density = 0.8, Seed = -1, Rescale = false, Normalize = true }),
        ["dare_ties/0.5"] = new(MergeMethod.DareTies, 3, new() { Density = 0.5 }),
        ["dare_ties/normalized"] = new(MergeMethod.DareTies, 3, new() { Density = 0.6, Seed = 3, Normalize = true }, 1, 2, 0.5),
        ["dare_ties/not-rescaled"] = new(MergeMethod.DareTies, 2, new() { Density = 0.9, Rescale = false, Lambda = 0.5 }),
        ["della/0.5"] = new(MergeMethod.Della, 3, new() { Density = 0.5 }),
        ["della/not-rescaled"] =
            new(MergeMethod.Della, 3, new() { Density = 0.4, Epsilon = 0.2, Rescale = false, Seed = 3, Lambda = 0.8 }, 1, 2, 0.5),
        ["della/sum"] = new(MergeMethod.Della, 2, new() { Density = 0.7, Epsilon = 0.29, Seed = 11, Normalize = false }, 0.5, 0.5),
        ["breadcrumbs/0.6"] = new(MergeMethod.Breadcrumbs, 3, new() { Density = 0.6, Lambda = 0.3 }),
        ["breadcrumbs/rescaled"] = new(MergeMethod.Breadcrumbs, 3, new() { Density = 0.5, Gamma = 0.2, Rescale = true }, 0.7, 0.2, -0.1),
        ["breadcrumbs/normalized"] = new(MergeMethod.Breadcrumbs, 2, new() { Density = 0.8, Gamma = 0.3, Normalize = true }, 1, 3),
        ["model_stock/two"] = new(MergeMethod.ModelStock, 2, new()),
        ["model_stock/three"] = new(MergeMethod.ModelStock, 3, new()),
        ["model_stock/two-rows"] = new(MergeMethod.ModelStock, 2, new() { FilterWise = true }),
        ["model_stock/three-rows"] = new(MergeMethod.ModelStock, 3, new() { FilterWise = true }),
        ["lines/one"] = new(MergeMethod.Lines, 1, new()),
        ["lines/one-given"] = new(MergeMethod.Lines, 1, new() { Alpha = 0.3, Beta = 0.6 }),
        ["lines/three"] = new(MergeMethod.Lines, 3, new() { Beta = 0.5 }),
        ["lines/three-weights"] = new(MergeMethod.Lines, 3, new() { Alpha = 0.2, Beta = 0.5, Lambda = 1.2 }, 0.7, 0.2, -0.1),
        ["iso_c/three"] = new(MergeMethod.IsoC, 3, new()),
        ["iso_c/weights"] = new(MergeMethod.IsoC, 3, new() { Lambda = 0.5 }, 0.7, 0.2, -0.1),
        ["iso_c/one"] = new(MergeMethod.IsoC, 1, new()),
        ["tsv_m/three"] = new(MergeMethod.TsvM, 3, new()),
        ["tsv_m/two"] = new(MergeMethod.TsvM, 2, new() { Lambda = 0.7 }, 1, 0.5),
        ["tsv_m/one"] = new(MergeMethod.TsvM, 1, new()),
        ["wudi/5"] = new(MergeMethod.Wudi, 3, new() { Iterations = 5 }),
        ["wudi/60"] = new(MergeMethod.Wudi, 2, new() { Iterations = 60, Lambda = 0.8 }, 1, 0.5),
        ["wudi/300"] = new(MergeMethod.Wudi, 3, new()),
        ["monosoup/0.8"] = new(MergeMethod.MonoSoup, 1, new()),
        ["monosoup/0.5"] = new(MergeMethod.MonoSoup, 1, new() { Energy = 0.5 }),
        ["monosoup/0.95"] = new(MergeMethod.MonoSoup, 1, new() { Energy = 0.95 }),
    };

    public static TheoryData<string> Cases => [.. _cases.Keys];

    [Theory, MemberData(nameof(Cases))]
    public void Merge_OfAClip_IsTheDefinitionOnEveryTensor(string name)
    {
        Case test = _cases[name];
        using Weights theta0 = Read("base"), a = Read("a"), b = Read("b"), c = Read("c");
        Weights[] models = [.. new[] { a, b, c }.Skip(test.First).Take(test.Models)];
        using Weights merged = MergeRun.Of(test.Method, test.Parameters, test.HasBase ? theta0 : null, models, test.Own());
        using Weights expected = Read("merged");
        float[] numbers = MergeRun.Numbers(expected[name]);
        (string Tensor, float Actual, float Expected)[] wrong =
            [.. Digest(merged).Zip(numbers, (d, e) => (d.Tensor, d.Number, e)).Where(p => !(Math.Abs(p.Number - p.e) <= Tolerance))];
        Digest(merged).Should().HaveSameCount(numbers);
        wrong.Should().BeEmpty();
    }

    [Fact]
    public void Fixture_HasACaseForEachTestAndViceVersa()
    {
        using Weights expected = Read("merged");
        expected.Keys.Should().BeEquivalentTo(_cases.Keys);
    }

    /// <summary>Of each tensor, in the names' order, eight of its numbers and a sum of all, as the script writes them.</summary>
    private static IEnumerable<(string Tensor, float Number)> Digest(Weights weights)
    {
        foreach (string name in weights.Keys.Order(StringComparer.Ordinal))
        {
            float[] numbers = MergeRun.Numbers(weights[name]);
            int step = Math.Max(1, numbers.Length / 8);
            for (int i = 0; i < 8 && i * step < numbers.Length; i++) yield return (name, numbers[i * step]);
            double sum = 0;
            for (int i = 0; i < numbers.Length; i++) sum += numbers[i] * Math.Cos(i + 1);
            yield return (name, (float)(sum / Math.Sqrt(numbers.Length)));
        }
    }

    private static Weights Read(string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(_folder, name + ".safetensors"));
        return file.ReadAll();
    }

    /// <summary>A method with its numbers on so many of the models.</summary>
    private sealed record Case(MergeMethod Method, int Models, MergeParameters Parameters, params double[] Weights)
    {
        public bool HasBase { get; init; } = true;

        public int First { get; init; }

        public double[] Densities { get; init; } = [];

        public MergeParameters[] Own() => [.. Enumerable.Range(0, Models).Select(i => new MergeParameters
        {
            Weight = Weights.Length > 0 ? Weights[i] : null,
            Density = Densities.Length > 0 ? Densities[i] : null,
        })];
    }
}
