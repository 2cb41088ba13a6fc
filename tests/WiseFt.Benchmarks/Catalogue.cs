namespace WiseFt.Benchmarks;

/// <summary>One comparison of the library with a bound.</summary>
/// <param name="Name">What to call it on the command line.</param>
/// <param name="Question">What is compared with what; the ratio is the first over the second.</param>
/// <param name="Target">Where the ratio should be.</param>
/// <param name="Run">Measures; the first result is held to the target, others stand beside it.</param>
internal sealed record Benchmark(string Name, string Question, Target Target, Func<Inputs, IEnumerable<Measurement>> Run);

/// <summary>Every comparison.</summary>
internal static class Catalogue
{
    public static readonly Benchmark[] All =
    [
        new(
            "transform", "images/s of Transform on a folder of JPEGs : of bare forward passes on tensors in memory", Target.AtLeast(0.90),
            Scoring.Transform),
        new(
            "embeddings", "images/s of ClipEmbeddingGenerator on JPEGs in memory : of bare forward passes on tensors in memory",
            Target.AtLeast(0.90), Embeddings.Run),
        new("onnx", "images/s of Transform : of ML.NET's OnnxTransformer pipeline on the same files", Target.AtLeast(1.3), OnnxPeers.Run),
        new(
            "products", "FLOP/s of the fp32 matrix product that is used : of the fastest library's", Target.AtLeast(0.95),
            MatrixProducts.Run),
        new(
            "forward", "FLOP/s of a forward pass : of the fastest 1024-wide fp32 matrix product of any library", Target.AtLeast(0.80),
            ForwardPass.Run),
        new(
            "fine-tuning", "time of a fine-tuning step of 64 images : of three forward passes on them", Target.AtMost(1.2),
            TrainingSteps.Run),
        new(
            "zero-shot-head", "time of encoding all 77 positions of every prompt : of ZeroShotHead.Build", Target.AtLeast(6),
            HeadBuilding.Run),
        new("mixing", "bytes/s read and written by interpolation in memory : by a memory copy", Target.AtLeast(0.80), Mixing.Run),
        new("merging", "bytes/s of merging files : of reading and writing as many bytes", Target.AtLeast(0.80), MergingFiles.Run),
        new(
            "merge-memory", "peak memory of merging two models of the size of ViT-L/14, beside the runtime's own : 200 MB",
            Target.AtMost(1), MergingFiles.Memory),
        new("linear-sweep", "time of 11 alphas in linear mode over a data set : of one pass over it", Target.AtMost(1.2), Sweeps.Linear),
        new(
            "sweep", "time of 11 alphas of two whole models over the built-in test sets : of 11 forward passes on tensors in memory",
            Target.AtMost(1.1), Sweeps.EndToEnd),
        new(
            "prediction", "time of PredictionEngine on a path : of decoding and a forward pass of one image", Target.AtMost(1.1),
            Scoring.Prediction),
        new(
            "cold-start", "time of wiseft predict on one image : of a program that loads libtorch and the weights", Target.AtMost(1.5),
            ColdStart.Run),
        new("peak-memory", "peak memory of scoring many rows : of scoring 1,000", Target.AtMost(1.05), PeakMemory.Run),
        new(
            "load-safetensors", "time of ClipModel.Load : of reading the file from the page cache", Target.AtMost(1.5),
            Loading.Safetensors),
        new(
            "load-zip", "time of Model.Load of a saved ML.NET model : of reading the file from the page cache",
            Target.AtMost(1.5), Loading.Zip),
    ];
}
