using System.IO.Compression;
using System.Text;
using WiseFt.Classification;
using WiseFt.Files;
using WiseFt.Tensors;
using WiseFt.Tests;
using WiseFt.Training;
using static TorchSharp.torch;

namespace WiseFt.Fuzzing;

/// <summary>Files of tensors, opened as every loader opens them, and read to their last byte.</summary>
internal static class CheckpointTargets
{
    private static readonly byte[] _pickle = PickleBytes.OfDict(d => d
        .Text("epoch").Number(3)
        .Text("state_dict").Dict(s => s.Text("w").Tensor("Float", "0", 6, 0, [3, 2], [1, 3]).Text("b").Tensor("Half", "1", [2])));

    private static readonly byte[][] _storages = [TorchFile.Bytes<float>(0, 1, 2, 3, 4, 5), TorchFile.Bytes<short>(6, 7)];

    private static readonly string[] _pickleWords = [
        "(", ")", "}", "]", "t", "u", "R", "Q", "b", ".", "ctorch\nFloatStorage\n", "cos\nsystem\n", "c__torch__\nA\n", "\x80\x02",
        "X\x01\0\0\0a", "h\0", "q\0", "0"];

    public static IEnumerable<FuzzTarget> All =>
    [
        new(
            "safetensors", "safetensors", Safetensors, (content, folder) => ReadAll(content, Path.Combine(folder, "model.safetensors")),
            typeof(CheckpointException))
        {
            Words = ["\"dtype\":\"F32\"", "\"shape\":[", "\"data_offsets\":[", "__metadata__", "F16", "BF16", "I64", "BOOL", ",", "}"],
        },
        new(
            "torch-zip", "PyTorch's zip archives", Zips, (content, folder) => ReadAll(content, Path.Combine(folder, "model.pt")),
            typeof(CheckpointException))
        {
            Words = ["PK\x01\x02", "PK\x03\x04", "PK\x05\x06", "archive/data/0", "../", .. _pickleWords],
        },
        new("torch-legacy", "PyTorch's files of before 2020", Legacies,
            (content, folder) => ReadAll(content, Path.Combine(folder, "model.pt")), typeof(CheckpointException)) { Words = _pickleWords },
        new("pickle", "the pickle in a PyTorch archive", Pickles, ReadPickle, typeof(CheckpointException)) { Words = _pickleWords },
        new("classifier", "classifiers of wiseft train", Classifiers, ReadClassifier, typeof(CheckpointException))
        {
            Words = ["\\\"width\\\":", "\\\"layers\\\":", "\\\"resolution\\\":", "\\\"class_names\\\":"],
        },
        new("classifier-settings", "the description in such a classifier", Descriptions, ReadDescribed, typeof(CheckpointException))
        {
            Words = ["\"width\":", "\"layers\":"],
        },
        new("shards", "model.safetensors.index.json", () => [
            """{"metadata":{"total_size":16},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}"""u8.ToArray()],
            ReadShards, typeof(CheckpointException))
        {
            Words = ["\"weight_map\":", "../", ".safetensors\""],
        },
        new("training", "checkpoints of a training run", Checkpoints, ReadCheckpoint, typeof(CheckpointException)),
    ];

    private const string ShardIndex = "model.safetensors.index.json";

    private static byte[][] Safetensors() =>
        [.. ((string[])["a", "b", "alpha-0.5"]).Select(name => File.ReadAllBytes(Fixtures.Path($"mixing/{name}.safetensors")))];

    private static byte[][] Zips() => [TorchFile.Zip(_pickle, _storages), TorchFile.Zip(CompressionLevel.Optimal, _pickle, _storages)];

    private static byte[][] Legacies() => [TorchFile.Legacy(_pickle, ("0", _storages[0], 4), ("1", _storages[1], 2))];

    /// <summary>A plain state dict, and a module of TorchScript.</summary>
    private static byte[][] Pickles() =>
    [
        _pickle,
        PickleBytes.Protocol2().Global("collections", "OrderedDict").Op(')').Op('R').Op('(').Text("w").Tensor("Float", "0", [6]).Text("b")
            .Tensor("Half", "1", [2]).Op('u').Stop(),
    ];

    private static byte[][] Classifiers()
    {
        using ImageClassifier classifier = TinyModel.Classifier();
        using var stream = new MemoryStream();
        ClassifierFile.Save(classifier, stream);
        return [stream.ToArray()];
    }

    private static byte[][] Descriptions()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "classifier.safetensors");
        File.WriteAllBytes(path, Classifiers()[0]);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return [Encoding.UTF8.GetBytes(file.Metadata.Single().Value)];
    }

    private static byte[][] Checkpoints()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, SnapshotFile.Name(0));
        using ImageClassifier classifier = TinyModel.Classifier();
        using var optimiser = new AdamW(classifier.TrainableParameters(withEncoder: false), 0.1);
        SnapshotFile.Write(path, new TrainingState(classifier, optimiser, withEncoder: false), TinyModel.Identity());
        return [File.ReadAllBytes(path)];
    }

    private static void ReadDescribed(byte[] content, string folder)
    {
        string path = Path.Combine(folder, "classifier.safetensors");
        using (ImageClassifier classifier = TinyModel.Classifier())
            SafetensorsFile.Write(
                path, classifier.Weights, new Dictionary<string, string> { ["wiseft.classifier"] = Encoding.UTF8.GetString(content) });
        using ImageClassifier read = ImageClassifier.Load(path);
    }

    private static void ReadShards(byte[] content, string folder)
    {
        using (Tensor two = zeros(2))
            foreach (var (name, i) in ((string[])["a", "b"]).Select((name, i) => (name, i)))
                SafetensorsFile.Write(
                    Path.Combine(folder, $"model-0000{i + 1}-of-00002.safetensors"), new Dictionary<string, Tensor> { [name] = two });
        File.WriteAllBytes(Path.Combine(folder, ShardIndex), content);
        using ShardedTensors tensors = ShardedTensors.Open(Path.Combine(folder, ShardIndex));
    }

    private static void ReadCheckpoint(byte[] content, string folder)
    {
        string path = Path.Combine(folder, SnapshotFile.Name(0));
        File.WriteAllBytes(path, content);
        SnapshotFile.Open(path).File.Dispose();
    }

    private static void ReadAll(byte[] content, string path)
    {
        File.WriteAllBytes(path, content);
        using ITensorFile file = TensorFile.Open(path);
        using Weights weights = Weights.ReadAll(file);
    }

    private static void ReadPickle(byte[] content, string folder) =>
        ReadAll(TorchFile.Zip(content, _storages), Path.Combine(folder, "model.pt"));

    private static void ReadClassifier(byte[] content, string folder)
    {
        string path = Path.Combine(folder, "classifier.safetensors");
        File.WriteAllBytes(path, content);
        using ImageClassifier classifier = ImageClassifier.Load(path);
    }
}
