using WiseFt.Models;

namespace WiseFt.Tests;

public sealed class ModelInfoTests
{
    [Theory]
    [InlineData("hf-quickgelu", "Hugging Face folder (model.safetensors)", "config.json", "float16")]
    [InlineData("hf-gelu-sharded", "Hugging Face folder (model.safetensors.index.json)", "config.json", "float16")]
    [InlineData("hf-bin", "Hugging Face folder (pytorch_model.bin)", "config.json", "float16")]
    [InlineData(
        "open-clip", "open_clip folder (open_clip_model.safetensors)",
        "open_clip's default, since open_clip_config.json has no quick_gelu", "float16")]
    [InlineData("open-clip-bin", "open_clip folder (open_clip_pytorch_model.bin)", "open_clip_config.json", "float16")]
    [InlineData("openai-vit", "PyTorch file, OpenAI's names", "assumed*", "float16 and float32")]
    [InlineData("openai-resnet", "PyTorch file, OpenAI's names", "assumed*", "float16 and float32")]
    [InlineData("openai-state-dict", "PyTorch file, OpenAI's names", "assumed*", "float16")]
    [InlineData("openai-safetensors", "safetensors file, OpenAI's names", "assumed*", "float16")]
    public void Read_EveryLayout_SaysWhatItIs(string name, string layout, string activationSource, string precision)
    {
        ModelInfo info = ModelInfo.Read(Fixtures.Path("models/" + name));
        info.Layout.Should().Be(layout);
        info.ActivationSource.Should().Match(activationSource);
        info.Precision.Should().Be(precision);
        info.Activation.Should().Be(name is "hf-gelu-sharded" or "open-clip" ? Activation.Gelu : Activation.QuickGelu);
        info.Vocabulary.Should().Be("49408 tokens, OpenAI's, built in");
        info.Architecture.Should().Be(name == "openai-resnet"
            ? "ModifiedResNet 64x64, blocks 1-2-1-1, width 16, 8 heads"
            : "ViT 32x32 patch 8, 2 layers, width 128, 2 heads");
        info.TextEncoder.Should().Be("77 tokens, 2 layers, width 64, 1 head");
        using ClipModel clip = ClipModel.Load(Fixtures.Path("models/" + name));
        info.Resolution.Should().Be(clip.Preprocessor.Resolution);
        info.ParameterCount.Should().Be(clip.Config.ParameterCount);
    }

    [Fact]
    public void ToString_Model_IsATable()
    {
        string path = Fixtures.Path("models/open-clip-bin");
        const string openAIs = "mean 0.4815 0.4578 0.4082, deviation 0.2686 0.2613 0.2758";
        ModelInfo.Read(path).ToString().Should().Be($"""
            model          {path}
            layout         open_clip folder (open_clip_pytorch_model.bin)
            image encoder  ViT 32x32 patch 8, 2 layers, width 128, 2 heads
            text encoder   77 tokens, 2 layers, width 64, 1 head
            features       96 numbers
            activation     quick_gelu (open_clip_config.json)
            stored as      float16
            parameters     3,709,505
            vocabulary     49408 tokens, OpenAI's, built in
            preprocessing  shorter side to 32, centre of 32 x 32, bicubic, {openAIs} (open_clip_config.json)
            note           Took the weights from 'state_dict'.
            note           Left out what is no weight: 'epoch', 'name', 'optimizer'.
            note           Removed 'module.' from the beginning of every name.
            """);
    }

    [Fact]
    public void Read_VocabularyBesideTheModel_NamesIt()
    {
        string path = Fixtures.Data("starter-clip");
        ModelInfo.Read(path).Vocabulary.Should().Be($"6514 tokens, {path}");
    }
}
