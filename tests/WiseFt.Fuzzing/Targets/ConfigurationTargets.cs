using System.IO.Compression;
using System.Text;
using WiseFt.Evaluation;
using WiseFt.Images;
using WiseFt.Models;
using WiseFt.Reports;
using WiseFt.Tests;
using WiseFt.Text;

namespace WiseFt.Fuzzing;

/// <summary>Texts beside a model: configurations, vocabularies, prompts, label mappings, results.</summary>
internal static class ConfigurationTargets
{
    private static readonly string[] _json = [
        "{", "}", "[", "]", ":", ",", "\"model_type\":\"clip\"", "\"vision_config\":", "\"hidden_size\":", "\"layers\":", "\"size\":",
        "\"shortest_edge\":", "\"image_mean\":", "\"crop_size\":"];

    public static IEnumerable<FuzzTarget> All =>
    [
        new("config", "Hugging Face's config.json", Of("models/hf-gelu-sharded/config.json", "models/hf-quickgelu/config.json"),
            (content, folder) => HuggingFaceFormat.ReadConfig(Write(content, folder, "config.json")),
            typeof(CheckpointException)) { Words = _json },
        new("open_clip", "open_clip_config.json beside its weights", Of(
            "models/open-clip/open_clip_config.json"), ReadOpenClip, typeof(CheckpointException)) { Words = _json },
        new("preprocessor", "preprocessor_config.json", Preprocessors,
            (content, folder) =>
                ConfigSection.Read(Write(content, folder, "preprocessor_config.json"), root => ClipPreprocessor.FromHuggingFace(root.Json)),
            typeof(CheckpointException)) { Words = _json },
        new("vocabulary", "vocab.json and merges.txt", Vocabularies, ReadVocabulary, typeof(TokenizerException))
        {
            Words = ["\"</w>", "\":", "<|endoftext|>", "#version", "\n", " "],
        },
        new(
            "merges", "bpe_simple_vocab_16e6.txt.gz", GzippedMerges,
            (content, folder) => Encode(ClipTokenizer.Load(Write(content, folder, "bpe_simple_vocab_16e6.txt.gz"))),
            typeof(TokenizerException)),
        new(
            "saved-tokenizer", "the tokenizer in a saved model", SavedTokenizers,
            (content, _) => Encode(ClipTokenizer.Load(new MemoryStream(content))), typeof(TokenizerException)),
        new("prompts", "files of prompt templates", () => ["a photo of a {}.\na {an} in the wild\n"u8.ToArray()],
            (content, folder) => PromptTemplates.FromFile(Write(content, folder, "prompts.txt")).Apply("cat"),
            typeof(ArgumentException), typeof(InvalidDataException)) { Words = ["{}", "{an}", "\n"] },
        new("mapping", "label mappings", Mappings,
            (content, folder) => ClassMapping.Load(Write(content, folder, "mapping.json")).Bind(["cat", "dog", "emu"]),
            typeof(ArgumentException))
            {
                Words = ["\"classes\":", "\"reference\":", "\"groups\":", "\"frames\":", "\"labels\":", "\"merge\":\"mean\""],
            },
        new("results", "results.jsonl", Results,
            (content, folder) => RobustnessReportFiles.Load(Write(content, folder, "results.jsonl")).ToString(),
            typeof(InvalidDataException)) { Words = ["\"alpha\":", ":top1\":", ":count\":", "\"ensemble\":", "\"run\":", "\n"] },
    ];

    private static Func<IReadOnlyList<byte[]>> Of(params string[] fixtures) =>
        () => [.. fixtures.Select(f => File.ReadAllBytes(Fixtures.Path(f)))];

    private static byte[][] Preprocessors() =>
    [
        File.ReadAllBytes(Path.Combine(Fixtures.Data("starter-clip"), "preprocessor_config.json")),
        """{"do_resize":true,"size":{"height":224,"width":224},"crop_size":{"height":224,"width":224},"do_center_crop":true,"image_mean":[0.5,0.5,0.5],"resample":"bicubic","rescale_factor":0.00392156862745098}"""u8.ToArray(),
        """{"size":224,"crop_size":224,"do_center_crop":true,"resample":3}"""u8.ToArray(),
    ];

    /// <summary>The bytes, a few merges, and the two special tokens; the merges follow a form feed.</summary>
    private static byte[][] Vocabularies()
    {
        string[] merges = ["t h", "th e</w>", "a n", "c a"];
        var vocabulary = BytePairVocabulary.FromMerges([.. merges.Select(m => (m.Split(' ')[0], m.Split(' ')[1]))], "the seed");
        string json = "{" +
            string.Join(",", vocabulary.Tokens.Select((token, id) => $"{System.Text.Json.JsonSerializer.Serialize(token)}:{id}")) + "}";
        return [Encoding.UTF8.GetBytes(json + "\f#version: 0.2\n" + string.Join('\n', merges) + "\n")];
    }

    private static byte[][] GzippedMerges()
    {
        byte[] text = "#version: 0.2\nt h\nth e</w>\na n\nc a\n"u8.ToArray();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(text);
        return [packed.ToArray(), text];
    }

    private static byte[][] SavedTokenizers()
    {
        using var folder = new TemporaryFolder();
        using var saved = new MemoryStream();
        ClipTokenizer.Load(Write(GzippedMerges()[1], folder.Path, "merges.txt")).Save(saved);
        return [saved.ToArray()];
    }

    private static byte[][] Mappings() =>
    [
        """
        { "name": "pets", "description": "an example", "merge": "max",
          "classes": [ { "name": "cat", "reference": ["cat"] }, { "name": "other", "reference": ["dog", 2] } ],
          "groups": [ { "anchor": "clip7/10.jpg", "labels": ["cat"], "frames": ["clip7/9.jpg", { "image": "clip7/11.jpg", "labels": ["cat", "other"] }] } ] }
        """u8.ToArray(),
    ];

    private static byte[][] Results() =>
    [
        """
        {"run":"1","alpha":0,"ensemble":"weight-space","eval_datasets":["ImageNet","Sketch"],"ImageNet:top1":0.6,"ImageNet:count":100,"Sketch:top1":0.4,"Sketch:count":50}
        {"run":"1","alpha":0.5,"eval_datasets":["ImageNet","Sketch"],"ImageNet:top1":0.7,"ImageNet:count":100,"Sketch:top1":0.45,"Sketch:count":50}
        {"run":"1","alpha":1,"eval_datasets":["ImageNet","Sketch"],"ImageNet:top1":0.75,"ImageNet:count":100,"Sketch:top1":0.3,"Sketch:count":50}

        """u8.ToArray(),
        """{"alpha":[0,1],"lr":3e-5}"""u8.ToArray().Concat("\n{\"alpha\":0.25,\"ImageNet:top1\":0.5}\n"u8.ToArray()).ToArray(),
    ];

    private static void ReadOpenClip(byte[] content, string folder)
    {
        Write(content, folder, OpenClipFormat.ConfigName);
        File.CreateSymbolicLink(
            Path.Combine(folder, "open_clip_model.safetensors"), Fixtures.Path("models/open-clip/open_clip_model.safetensors"));
        ModelInfo.Read(folder);
    }

    private static void ReadVocabulary(byte[] content, string folder)
    {
        int end = Array.IndexOf(content, (byte)'\f');
        if (end < 0) end = content.Length;
        Write(content[..end], folder, "vocab.json");
        Write(content[Math.Min(content.Length, end + 1)..], folder, "merges.txt");
        Encode(ClipTokenizer.Load(folder));
    }

    private static void Encode(ClipTokenizer tokenizer) => tokenizer.EncodeIds("the can, İstanbul ça 1234 🙂");

    private static string Write(byte[] content, string folder, string name)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
