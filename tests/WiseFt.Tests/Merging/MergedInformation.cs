using WiseFt.Files;
using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Three small models, what is known of them, and what NumPy merges them to: tests/Fixtures/merging/information.safetensors.
/// </summary>
internal sealed class MergedInformation : IDisposable
{
    private readonly SafetensorsFile _file = SafetensorsFile.Open(Fixtures.Path("merging/information.safetensors"));
    private readonly List<Weights> _weights = [];

    /// <summary>The three, or what is known of them, by what their names begin with.</summary>
    public MergeModel[] Of(string prefix) => [.. "abc".Select(model => new MergeModel($"{prefix}{model}", Read($"{prefix}{model}/")))];

    /// <summary>Tensors by the beginning of their names, which is cut off.</summary>
    public Weights Read(string prefix)
    {
        string[] names = [.. _file.Tensors.Keys.Where(n => n.StartsWith(prefix, StringComparison.Ordinal))];
        var weights = new Weights(names.Select(name => KeyValuePair.Create(name[prefix.Length..], _file.Read(name))));
        _weights.Add(weights);
        return weights;
    }

    /// <summary>Settings of three models with the weights of the golden file.</summary>
    public static MergeSettings Settings(MergeParameters all) => Settings(all, 0.2, 0.3, 0.5);

    /// <summary>Settings of models with weights.</summary>
    public static MergeSettings Settings(MergeParameters all, params double[] weights) =>
        new(all, [.. weights.Select(w => new MergeParameters { Weight = w })], new BlockLayout([]));

    public static void AssertClose(Weights actual, Weights expected, double tolerance = 1e-6)
    {
        actual.Keys.Should().Equal(expected.Keys);
        foreach (var (name, tensor) in expected)
            actual[name].data<float>().ToArray().Zip(tensor.data<float>().ToArray())
                .Should().OnlyContain(p => Math.Abs(p.First - p.Second) <= tolerance * Math.Max(1, Math.Abs(p.Second)), name);
    }

    public static MergeModel Model(string name, params (string Name, float[] Values)[] tensors) => new(
        name, new Weights(tensors.Select(t => KeyValuePair.Create(t.Name, tensor(t.Values)))));

    public void Dispose()
    {
        _weights.ForEach(w => w.Dispose());
        _file.Dispose();
    }
}
