using WiseFt.Files;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Files that PyTorch itself wrote hold, number for number, what the safetensors fixtures hold.</summary>
public sealed class TorchArchiveFixtureTests
{
    [Theory]
    [InlineData("open-clip-bin/open_clip_pytorch_model.bin", "openai-safetensors")]
    [InlineData("openai-state-dict/model.pt", "openai-safetensors")]
    [InlineData("hf-bin/pytorch_model.bin", "hf-quickgelu")]
    public void Open_OfAStateDict_HoldsTheTensorsOfTheSafetensorsFileBitForBit(string file, string reference)
    {
        using TorchArchive archive = TorchArchive.Open(Model(file));
        using SafetensorsFile expected = SafetensorsFile.Open(Model($"{reference}/model.safetensors"));
        archive.Tensors.Values.Select(t => t.ToString()).Should().BeEquivalentTo(expected.Tensors.Values.Select(t => t.ToString()));
        foreach (string name in expected.Tensors.Keys) RequireSame(archive, expected, name);
    }

    [Fact]
    public void Open_OfAVisionTransformerScript_HoldsTheTensorsOfTheSafetensorsFile()
    {
        using TorchArchive archive = TorchArchive.Open(Model("openai-vit/model.pt"));
        using SafetensorsFile expected = SafetensorsFile.Open(Model("openai-safetensors/model.safetensors"));
        archive.Tensors.Keys.Should().BeEquivalentTo(expected.Tensors.Keys);
        foreach (string name in expected.Tensors.Keys)
        {
            using Tensor actual = archive.Read(name);
            using Tensor wanted = expected.Read(name);
            actual.shape.Should().Equal(wanted.shape);
            // The archive keeps some of the tensors in float32; the numbers are exact in float16.
            RequireSameBytes(actual.to(ScalarType.Float32), wanted.to(ScalarType.Float32), name);
        }
    }

    [Theory, InlineData("openai-vit/model.pt"), InlineData("openai-resnet/model.pt")]
    public void Open_OfATorchScriptArchive_HoldsWhatTorchItselfLoads(string file)
    {
        using TorchArchive archive = TorchArchive.Open(Model(file));
        using var module = jit.load(Model(file));
        var expected = module.state_dict();
        archive.Tensors.Keys.Should().BeEquivalentTo(expected.Keys);
        foreach (var (name, wanted) in expected)
        {
            using Tensor actual = archive.Read(name);
            actual.dtype.Should().Be(wanted.dtype);
            actual.shape.Should().Equal(wanted.shape);
            RequireSameBytes(actual, wanted.contiguous(), name);
        }
    }

    [Fact]
    public void Notes_OfATrainingCheckpoint_SayWhatWasTakenRenamedAndLeftOut()
    {
        using TorchArchive archive = TorchArchive.Open(Model("open-clip-bin/open_clip_pytorch_model.bin"));
        archive.Notes.Should().Equal(
            "Took the weights from 'state_dict'.",
            "Left out what is no weight: 'epoch', 'name', 'optimizer'.",
            "Removed 'module.' from the beginning of every name.");
    }

    private static string Model(string relative) => Fixtures.Path("models/" + relative);

    private static void RequireSame(TorchArchive archive, SafetensorsFile reference, string name)
    {
        using Tensor actual = archive.Read(name);
        using Tensor wanted = reference.Read(name);
        RequireSameBytes(actual, wanted.contiguous(), name);
    }

    private static void RequireSameBytes(Tensor actual, Tensor wanted, string name)
    {
        actual.is_contiguous().Should().BeTrue(name);
        actual.bytes.SequenceEqual(wanted.bytes).Should().BeTrue(name);
    }
}
