using WiseFt.Files;
using WiseFt.Models;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Broken and misleading folders: always a CheckpointException that names the file and says what
/// to do, before memory is taken.</summary>
public sealed class HostileClipTests
{
    [Fact]
    public void Load_NothingThere_SaysWhatIsExpected() =>
        RequireRefusal(Fixtures.Path("models/no such model"), "*no such folder or file*open_clip*.safetensors*");

    [Fact]
    public void Find_NameOnTheHubOffline_SaysBothThings()
    {
        using var cache = new TemporaryFolder();
        var options = new HuggingFaceHubOptions { CacheFolder = cache.Path, Offline = true };
        FluentActions.Invoking(() => ClipFormats.Find("openai/clip-vit-base-patch32", options)).Should().Throw<CheckpointException>()
            .WithMessage(
                "openai/clip-vit-base-patch32: there is no such folder or file, and as a name on the Hugging Face Hub: *HF_HUB_OFFLINE*");
    }

    [Fact]
    public void Load_EmptyFolder_SaysWhatIsExpected()
    {
        using var folder = new TemporaryFolder();
        RequireRefusal(folder.Path, $"{folder.Path}*neither config.json, nor open_clip_config.json*");
    }

    [Theory]
    [InlineData("hf-quickgelu", "model.safetensors", "*config.json and no weights*pytorch_model.bin*")]
    [InlineData("open-clip", "open_clip_model.safetensors", "*open_clip_config.json and no weights*open_clip_pytorch_model.bin*")]
    [InlineData(
        "hf-gelu-sharded", "model-00002-of-00002.safetensors",
        "*model.safetensors.index.json names model-00002-of-00002.safetensors, which is not there*")]
    public void Load_WeightsMissing_SaysWhichFiles(string name, string file, string message)
    {
        using TemporaryFolder folder = TemporaryFolder.CopyOf(Fixtures.Path("models/" + name));
        File.Delete(folder.At(file));
        RequireRefusal(folder.Path, message);
    }

    [Theory]
    [InlineData("siglip")]
    [InlineData("clip_vision_model")]
    [InlineData("chinese_clip")]
    public void Load_ConfigurationOfAnotherArchitecture_SaysWhichIsRead(string type)
    {
        using TemporaryFolder folder = TemporaryFolder.CopyOf(Fixtures.Path("models/hf-quickgelu"));
        folder.Replace("config.json", "\"model_type\": \"clip\"", $"\"model_type\": \"{type}\"");
        RequireRefusal(folder.Path, $"*config.json: model_type is \"{type}\"; expected 'clip'*");
    }

    [Theory]
    [InlineData("config.json", "{ \"model_type\": \"clip\", ", "*config.json: not a usable configuration*")]
    [InlineData("config.json", "[]", "*config.json: found a JSON Array; expected an object*")]
    [InlineData("config.json", "", "*config.json*")]
    [InlineData("config.json", "{ \"model_type\": \"clip\", \"model_type\": \"clip\" }", "*config.json*")]
    [InlineData("config.json", "{ \"model_type\": \"clip\", \"vision_config\": [] }", "*vision_config is []; expected an object*")]
    [InlineData("preprocessor_config.json", "{ \"size\": 32 ", "*preprocessor_config.json*")]
    [InlineData(
        "preprocessor_config.json", "{ \"size\": 64, \"crop_size\": 64 }",
        "*preprocessor_config.json: images become 64 x 64*takes 32 x 32*")]
    [InlineData(
        "preprocessor_config.json", "{ \"size\": 32, \"crop_size\": 32, \"do_normalize\": false }",
        "*preprocessor_config.json*do_normalize is false*")]
    public void Load_UnreadableJson_NamesTheFile(string file, string content, string message)
    {
        using TemporaryFolder folder = TemporaryFolder.CopyOf(Fixtures.Path("models/hf-quickgelu"));
        folder.Write(file, content);
        RequireRefusal(folder.Path, message);
    }

    [Theory] // the configuration asks for other tensors, or for more memory than there is
    [InlineData(
        "\"num_hidden_layers\": 2,\n    \"pad_token_id\"", "\"num_hidden_layers\": 3,\n    \"pad_token_id\"",
        "*16 (first: text_model.encoder.layers.2*of the model's tensors missing, none unexpected*")]
    [InlineData("\"hidden_size\": 128", "\"hidden_size\": 64", "*(128, 3, 8, 8)*(64, 3, 8, 8)*")]
    [InlineData("\"hidden_size\": 128", "\"hidden_size\": 2000000000", "*(2000000000, 3, 8, 8)*")]
    [InlineData("\"hidden_size\": 128", "\"hidden_size\": 0", "*Width is 0*")]
    [InlineData("\"hidden_size\": 128", "\"hidden_size\": \"128\"", "*vision_config.hidden_size is \"128\"; expected a whole number*")]
    [InlineData("\"num_attention_heads\": 2", "\"num_attention_heads\": 3", "*128 wide with 3 heads*")]
    [InlineData("\"image_size\": 32", "\"image_size\": 64", "*position_embedding*(17, 128)*(65, 128)*")]
    [InlineData("\"num_channels\": 3", "\"num_channels\": 1", "*num_channels is 1; expected 3*")]
    [InlineData("\"vocab_size\": 49408", "\"vocab_size\": 30000", "*token_embedding*")]
    [InlineData("\"hidden_act\": \"quick_gelu\"", "\"hidden_act\": \"swish\"", "*hidden_act is \"swish\"; expected quick_gelu or gelu*")]
    public void Load_ConfigurationThatDoesNotFit_SaysHow(string from, string to, string message)
    {
        using TemporaryFolder folder = TemporaryFolder.CopyOf(Fixtures.Path("models/hf-quickgelu"));
        folder.Replace("config.json", from, to);
        RequireRefusal(folder.Path, message);
    }

    [Fact]
    public void Load_NamesMissingAndUnexpected_ListsBoth()
    {
        using TemporaryFolder folder = Rewritten(tensors =>
        {
            Tensor moved = tensors["ln_final.bias"];
            tensors.Remove("ln_final.bias");
            tensors.Add("ln_last.bias", moved);
        });
        RequireRefusal(folder.Path, "*1 (first: ln_final.bias) of the model's tensors missing, 1 (first: ln_last.bias) unexpected*");
    }

    [Fact]
    public void Load_QuantisedWeights_AreRefused()
    {
        using TemporaryFolder folder = Rewritten(tensors => tensors["visual.proj"] = tensors["visual.proj"].to(int8));
        RequireRefusal(folder.Path, "*'visual.proj' is stored as Int8; expected float32, float16, bfloat16 or float64*");
    }

    [Fact]
    public void Load_BlockInTheMiddleMissing_IsRefused()
    {
        using TemporaryFolder folder = Rewritten(tensors =>
            tensors.Keys.Where(k => k.StartsWith("transformer.resblocks.0.", StringComparison.Ordinal))
                .ToList().ForEach(k => tensors.Remove(k)));
        RequireRefusal(folder.Path, "*model.safetensors*text encoder*");
    }

    [Fact]
    public void Load_PositionsThatAreNoSquare_AreRefused()
    {
        using TemporaryFolder folder = Rewritten(tensors => tensors["visual.positional_embedding"] = zeros(16, 128));
        RequireRefusal(folder.Path, "*'visual.positional_embedding' has 16 rows; expected one more than a square number*");
    }

    [Theory]
    [InlineData("hf-quickgelu", "model.safetensors")]
    [InlineData("hf-bin", "pytorch_model.bin")]
    [InlineData("openai-vit", "model.pt")]
    [Fault("model file cut short")]
    public void Load_TruncatedAnywhere_IsRefused(string name, string file)
    {
        using TemporaryFolder folder = TemporaryFolder.CopyOf(Fixtures.Path("models/" + name));
        byte[] whole = File.ReadAllBytes(folder.At(file));
        foreach (double share in (double[])[0, 0.0001, 0.01, 0.5, 0.99, 0.999999])
        {
            File.WriteAllBytes(folder.At(file), whole[..(int)(whole.Length * share)]);
            RequireRefusal(folder.Path, $"*{file}*");
            FaultAttribute.Provoked(1);
        }
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "*model.safetensors*Git LFS pointer*")]
    [InlineData("<!DOCTYPE html><html>401</html>", "*model.safetensors*web page*")]
    [Fault("file under another's name", "Git LFS pointer, web page, another format", "says what it is")]
    public void Load_SomethingElseUnderTheModelsName_SaysWhatItIs(string content, string message)
    {
        using TemporaryFolder folder = TemporaryFolder.CopyOf(Fixtures.Path("models/hf-quickgelu"));
        folder.Write("model.safetensors", content);
        RequireRefusal(folder.Path, message);
    }

    [Theory]
    [InlineData(
        "../model-00002-of-00002.safetensors", "*'../model-00002-of-00002.safetensors'; expected the name of a file beside the index*")]
    [InlineData("..", "*'..'; expected the name*")]
    [InlineData("config.json", "*config.json*")]
    [Fault("path that leads elsewhere")]
    public void Load_IndexThatLeadsElsewhere_IsRefused(string file, string message)
    {
        using TemporaryFolder folder = TemporaryFolder.CopyOf(Fixtures.Path("models/hf-gelu-sharded"));
        folder.Replace("model.safetensors.index.json", "\"model-00002-of-00002.safetensors\"", $"\"{file}\"");
        RequireRefusal(folder.Path, message);
    }

    [Fact]
    [Fault("path that leads elsewhere")]
    public void Load_ShardThatIsALinkOutOfTheFolder_IsRefused()
    {
        using TemporaryFolder folder = TemporaryFolder.CopyOf(Fixtures.Path("models/hf-gelu-sharded")), elsewhere = new();
        string shard = folder.At("model-00002-of-00002.safetensors"), target = elsewhere.At("shard.safetensors");
        File.Move(shard, target);
        File.CreateSymbolicLink(shard, target);
        RequireRefusal(
            folder.Path, $"*names model-00002-of-00002.safetensors, which is a link to {target}, outside of the model's folder*");
    }

    [Fact]
    public void Load_ShardsInTheLayoutOfTheHubsCache_AreRead()
    {
        using TemporaryFolder cache = new();
        string snapshot = cache.At("snapshots/0123"), blobs = cache.At("blobs");
        Directory.CreateDirectory(snapshot);
        Directory.CreateDirectory(blobs);
        foreach (string file in Directory.GetFiles(Fixtures.Path("models/hf-gelu-sharded")))
        {
            string name = Path.GetFileName(file);
            File.Copy(file, Path.Combine(blobs, "blob-of-" + name));
            File.CreateSymbolicLink(Path.Combine(snapshot, name), "../../blobs/blob-of-" + name);
        }
        using ClipModel clip = ClipModel.Load(snapshot);
        clip.Config.Vision.Width.Should().Be(128);
    }

    [Fact]
    public void Load_VocabularyOfAnotherSize_SaysBothSizes()
    {
        using TemporaryFolder folder = TemporaryFolder.CopyOf(Fixtures.Path("models/hf-quickgelu"));
        foreach (string name in (string[])["vocab.json", "merges.txt"])
            File.Copy(Path.Combine(Fixtures.Data("starter-clip"), name), folder.At(name));
        RequireRefusal(
            folder.Path, $"*token embedding has 49408 rows and the vocabulary {folder.Path} has 6514 tokens*vocab.json and merges.txt*");
    }

    [Fact]
    public void Load_VocabularyWithoutMerges_SaysWhatIsMissing()
    {
        using TemporaryFolder folder = TemporaryFolder.CopyOf(Fixtures.Data("starter-clip"));
        File.Delete(folder.At("merges.txt"));
        RequireRefusal(folder.Path, "*vocab.json*merges.txt*");
    }

    [Fact]
    public void Load_EndTokenThatTheVocabularyDoesNotHave_IsRefused()
    {
        using TemporaryFolder folder = TemporaryFolder.CopyOf(Fixtures.Data("starter-clip"));
        folder.Replace("config.json", "\"eos_token_id\": 6513", "\"eos_token_id\": 49407");
        RequireRefusal(folder.Path, "*config.json says that a text ends with token 49407*6513*");
    }

    [Fact]
    public void Load_OpenClipWithAnUnknownTokenizer_AsksForItsVocabulary()
    {
        using TemporaryFolder folder = TemporaryFolder.CopyOf(Fixtures.Path("models/open-clip"));
        folder.Replace(
            "open_clip_config.json", "\"context_length\": 77", "\"context_length\": 77, \"hf_tokenizer_name\": \"google/mt5-base\"");
        RequireRefusal(folder.Path, "*open_clip_config.json*'google/mt5-base'*vocabulary*");
    }

    private static void RequireRefusal(string path, string message)
    {
        FluentActions.Invoking(() => ClipModel.Load(path).Dispose()).Should().Throw<CheckpointException>().WithMessage(message);
        FluentActions.Invoking(() => ModelInfo.Read(path)).Should().Throw<CheckpointException>().WithMessage(message);
    }

    /// <summary>The bare safetensors fixture with other tensors.</summary>
    private static TemporaryFolder Rewritten(Action<SortedDictionary<string, Tensor>> change)
    {
        var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using SafetensorsFile file = SafetensorsFile.Open(Fixtures.Path("models/openai-safetensors/model.safetensors"));
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (string name in file.Tensors.Keys) tensors.Add(name, file.Read(name));
        change(tensors);
        SafetensorsFile.Write(folder.At("model.safetensors"), tensors);
        return folder;
    }
}
