using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using Microsoft.ML.TorchSharp.AutoFormerV2;
using Microsoft.ML.TorchSharp.NasBert;
using Microsoft.ML.TorchSharp.Roberta;
using static TorchSharp.torch;

namespace WiseFt.Neighbours.Tests;

/// <summary>
/// Random weights of the right shapes where Microsoft.ML.TorchSharp looks before it downloads: in <c>mlnet</c> below ML.NET's
/// folder for temporary files. The networks are its own internal classes, whose state it loads.
/// </summary>
public sealed class PretrainedWeights : IDisposable
{
    private const string Own = "Microsoft.ML.TorchSharp.";

    private static readonly Assembly _neighbour = typeof(TextClassificationTrainer).Assembly;
    private readonly TemporaryFolder _folder = new();

    public PretrainedWeights() => Directory.CreateDirectory(_folder.At("mlnet"));

    /// <summary>ML.NET with this folder for temporary files.</summary>
    public MLContext MLContext => new(seed: 1) { TempFilePath = _folder.Path };

    /// <summary>The encoder of TextClassification and SentenceSimilarity.</summary>
    public PretrainedWeights WithNasBert() => With("NasBert2000000.tsm", Encoder, () => Create(
        Own + "NasBert.Models.ModelForPrediction", new TextClassificationTrainer.TextClassificationOptions(), PadIndex, SymbolsCount, 2));

    /// <summary>The encoder of NamedEntityRecognition.</summary>
    public PretrainedWeights WithNerEncoder() => With("pretrained_NasBert_14M_encoder.tsm", Encoder, () => Create(
        Own + "NasBert.Models.NerModel", new NerTrainer.NerOptions(), PadIndex, SymbolsCount, 2));

    /// <summary>The encoder of QuestionAnswer, half a gigabyte.</summary>
    public PretrainedWeights WithRoberta() => With("pretrained_Roberta_encoder.tsm", Encoder, () => Create(
        "RobertaModelForQA", new QATrainer.Options()));

    /// <summary>The network of ObjectDetection.</summary>
    public PretrainedWeights WithAutoFormer(int classes) => With("autoformer_11m_torchsharp.bin", whole => whole, () => Create(
        Own + "AutoFormerV2.AutoFormerV2", classes, new List<int> { 64, 128, 256, 448 }, new List<int> { 2, 2, 6, 2 },
        new List<int> { 2, 4, 8, 14 }, CPU));

    public void Dispose() => _folder.Dispose();

    // The tokenizer's vocabulary is embedded in the assembly.
    private static EnglishRobertaTokenizer Tokenizer => (EnglishRobertaTokenizer)_neighbour
        .GetType(Own + "Extensions.TokenizerExtensions", throwOnError: true)!
        .GetMethod("GetInstance", BindingFlags.NonPublic | BindingFlags.Static)!.Invoke(null, [null])!;

    private static int PadIndex => Tokenizer.PadIndex;

    private static int SymbolsCount => Tokenizer.SymbolsCount;

    private PretrainedWeights With(string file, Func<nn.Module, nn.Module> part, Func<nn.Module> create)
    {
        string path = _folder.At("mlnet", file);
        if (File.Exists(path)) return this;
        using nn.Module module = create();
        part(module).save(path);
        return this;
    }

    private static nn.Module Encoder(nn.Module model) => (nn.Module)model.GetType().GetMethod("GetEncoder")!.Invoke(model, null)!;

    private static nn.Module Create(string type, params object[] arguments) =>
        (nn.Module)Activator.CreateInstance(_neighbour.GetType(type, throwOnError: true)!, arguments)!;
}
