using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Onnx;
using TorchSharp;
using WiseFt.Models;
using WiseFt.Onnx;
using WiseFt.Tensors;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>The fp32 matrix products of each library on the machine: the fastest is the bound of everything made of products.</summary>
internal static class MatrixProducts
{
    private const double Work = 2e10; // floating-point operations of a measurement: about 0.1 s

    /// <summary>The side of the square product that bounds are given for.</summary>
    public const long Side = 1024;

    /// <summary>Each library beside the fastest of the three, for the shapes of an encoder on a batch and for a square.</summary>
    public static IEnumerable<Measurement> Run(Inputs inputs)
    {
        VisionConfig vision = RandomModel.Config(inputs.Settings.Model).Vision;
        (long width, long rows) = (vision.Width, Inputs.BatchSize * vision.TokenCount);
        foreach (var (n, k, m) in ((long, long, long)[])[
            (Side, Side, Side), (rows, width, 3 * width), (rows, width, width), (rows, width, 4 * width), (rows, 4 * width, width)])
            foreach (Measurement measurement in Compare(n, k, m, inputs.Settings.Repetitions)) yield return measurement;
    }

    /// <summary>What the fastest library reaches, in GFLOP/s.</summary>
    public static double Best(IReadOnlyList<(string Name, Func<double> Speed)> libraries) => libraries.Max(library => library.Speed());

    /// <summary>The speeds of the libraries' products of (n, k) and (k, m), in GFLOP/s, each time measured anew on memory that lives until
    /// the last is disposed.</summary>
    public static (IReadOnlyList<(string Name, Func<double> Speed)> Libraries, IDisposable Memory) Of(long n, long k, long m)
    {
        var scope = NewDisposeScope();
        double operations = 2.0 * n * k * m;
        int repetitions = (int)Math.Max(1, Work / operations);
        Tensor x = randn(n, k), w = randn(m, k), packed = OneDnn.Pack(w);
        InferenceSession session = Session(k, w);
        OrtValue input = OrtValue.CreateTensorValueFromMemory(x.data<float>().ToArray(), [n, k]);
        OrtValue output = OrtValue.CreateTensorValueFromMemory(new float[n * m], [n, m]);
        var options = new RunOptions();
        (string, Func<double>)[] libraries =
        [
            ("oneDNN", () => Speed(() => OneDnn.Linear(x, packed, null).Dispose())),
            ("MKL", () => Speed(() => nn.functional.linear(x, w).Dispose())),
            ("ONNX Runtime", () => Speed(() => session.Run(options, ["x"], [input], ["y"], [output]))),
        ];
        return (libraries, new Owned([scope, session, input, output, options]));

        double Speed(Action product)
        {
            using IDisposable grad = no_grad();
            Thread.Sleep(200); // until the threads of the library before have stopped waiting for more by spinning
            return repetitions * operations / 1e9 / Duration.Of(() =>
            {
                for (int i = 0; i < repetitions; i++) product();
            }).Wall;
        }
    }

    private static IEnumerable<Measurement> Compare(long n, long k, long m, int repetitions)
    {
        var (libraries, memory) = Of(n, k, m);
        using IDisposable owned = memory;
        Best(libraries);
        double[][] speeds = [.. Enumerable.Range(0, repetitions).Select(_ => libraries.Select(library => library.Speed()).ToArray())];
        return libraries.Select((library, i) => new Measurement(
            $"{library.Name} : the fastest, {n} x {k} x {m}", "GFLOP/s", [.. speeds.Select(s => (s[i], s.Max()))]));
    }

    private static InferenceSession Session(long k, Tensor weight)
    {
        var builder = new GraphBuilder(new Dictionary<string, Tensor>(), DataType.Float);
        using Tensor transposed = weight.t().contiguous();                               // (k, m)
        string x = builder.Input("x", DataType.Float, "", "n", (int)k);
        string w = builder.Numbers("w", transposed.data<float>().ToArray(), [.. transposed.shape]);
        builder.Output(builder.Op("MatMul", "y", [x, w]), DataType.Float, "", "n", (int)weight.shape[0]);
        return new InferenceSession(new ModelProto
        {
            IrVersion = 8,
            OpsetImport = { new OperatorSetIdProto { Version = GraphBuilder.LatestOperatorSet } },
            Graph = builder.Graph,
        }.ToByteArray());
    }

    private sealed class Owned(IReadOnlyList<IDisposable> parts) : IDisposable
    {
        public void Dispose()
        {
            foreach (IDisposable part in parts) part.Dispose();
        }
    }
}
