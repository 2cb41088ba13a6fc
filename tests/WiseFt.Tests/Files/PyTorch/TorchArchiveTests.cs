using System.IO.Compression;
using System.Runtime.InteropServices;
using WiseFt.Files;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>What torch.save can write, written by hand: every view, type, wrapper and container.</summary>
public sealed class TorchArchiveTests : IDisposable
{
    private static readonly float[] _six = [0, 1, 2, 3, 4, 5];
    private readonly TorchFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(0L, new long[] { 2, 3 }, new long[] { 3, 1 }, new float[] { 0, 1, 2, 3, 4, 5 })]
    [InlineData(0L, new long[] { 3, 2 }, new long[] { 1, 3 }, new float[] { 0, 3, 1, 4, 2, 5 })]
    [InlineData(1L, new long[] { 2, 2 }, new long[] { 3, 1 }, new float[] { 1, 2, 4, 5 })]
    [InlineData(5L, new long[] { }, new long[] { }, new float[] { 5 })]
    [InlineData(2L, new long[] { 3, 2 }, new long[] { 0, 1 }, new float[] { 2, 3, 2, 3, 2, 3 })]
    [InlineData(1L, new long[] { 1, 3 }, new long[] { 99, 2 }, new float[] { 1, 3, 5 })]
    [InlineData(6L, new long[] { 0, 3 }, new long[] { 3, 1 }, new float[] { })]
    public void Read_OfAView_CopiesItToRowMajorOrder(long offset, long[] shape, long[] strides, float[] expected)
    {
        byte[] pickle = PickleBytes.OfDict(d => d.Text("w").Tensor("Float", "0", 6, offset, shape, strides));
        byte[] storage = TorchFile.Bytes<float>(_six);
        foreach (byte[] content in (byte[][])[TorchFile.Zip(pickle, storage), TorchFile.Zip(
            CompressionLevel.Optimal, pickle, storage), TorchFile.Legacy(pickle, ("0", storage, 4))])
        {
            using TorchArchive archive = _file.Open(content);
            using Tensor tensor = archive.Read("w");
            tensor.shape.Should().Equal(shape);
            tensor.is_contiguous().Should().BeTrue();
            MemoryMarshal.Cast<byte, float>(tensor.bytes).ToArray().Should().Equal(expected);
        }
    }

    [Theory]
    [InlineData("Double", ScalarType.Float64, 8)]
    [InlineData("Float", ScalarType.Float32, 4)]
    [InlineData("Half", ScalarType.Float16, 2)]
    [InlineData("BFloat16", ScalarType.BFloat16, 2)]
    [InlineData("Long", ScalarType.Int64, 8)]
    [InlineData("Int", ScalarType.Int32, 4)]
    [InlineData("Short", ScalarType.Int16, 2)]
    [InlineData("Char", ScalarType.Int8, 1)]
    [InlineData("Byte", ScalarType.Byte, 1)]
    [InlineData("Bool", ScalarType.Bool, 1)]
    public void Read_OfEachType_KeepsTypeAndBits(string storage, ScalarType type, int width)
    {
        byte[] data = [.. Enumerable.Range(0, 3 * width).Select(i => (byte)(i % 2))];
        using TorchArchive archive = _file.Open(TorchFile.Zip(PickleBytes.OfDict(d => d.Text("w").Tensor(storage, "0", [3])), data));
        archive.Tensors["w"].Should().Match<TensorInfo>(e => e.Type == type && e.ByteLength == data.Length);
        using Tensor tensor = archive.Read("w");
        tensor.dtype.Should().Be(type);
        tensor.bytes.ToArray().Should().Equal(data);
    }

    [Theory]
    [InlineData("Short", 2)]
    [InlineData("Float", 4)]
    [InlineData("Double", 8)]
    [InlineData("Byte", 1)]
    public void Read_OfABigEndianArchive_SwapsTheBytes(string storage, int width)
    {
        byte[] data = [.. Enumerable.Range(0, 3 * width).Select(i => (byte)i)];
        using TorchArchive archive = _file.Open(TorchFile.Zip(CompressionLevel.NoCompression,
            ("a/data.pkl", PickleBytes.OfDict(d => d.Text("w").Tensor(storage, "0", [3]))), ("a/data/0", data),
            ("a/byteorder", "big"u8.ToArray())));
        using Tensor tensor = archive.Read("w");
        tensor.bytes.ToArray().Should().Equal(data.Chunk(width).SelectMany(n => n.Reverse()));
    }

    [Fact]
    public void Read_OfTensorsThatShareAStorage_ReadsEachOne()
    {
        byte[] pickle = PickleBytes.OfDict(d =>
            d.Text("a").Tensor("Float", "0", 6, 0, [4], [1]).Text("b").Tensor("Float", "0", 6, 2, [4], [1]));
        foreach (CompressionLevel level in (CompressionLevel[])[CompressionLevel.NoCompression, CompressionLevel.Optimal])
        {
            using TorchArchive archive = _file.Open(TorchFile.Zip(level, pickle, TorchFile.Bytes<float>(_six)));
            using Tensor a = archive.Read("a");
            using Tensor b = archive.Read("b");
            a.data<float>().ToArray().Should().Equal(0, 1, 2, 3);
            b.data<float>().ToArray().Should().Equal(2, 3, 4, 5);
        }
    }

    [Fact]
    public void Read_OfParametersOptimisersAndMetadata_FindsTheWeights()
    {
        // An OrderedDict of parameters with the `_metadata` that module.state_dict() attaches, as its first pickles looked.
        byte[] pickle = PickleBytes.Protocol2().Global("collections", "OrderedDict").Op(')').Op('R').Op('q').Raw(0).Op('(')
            .Text("w").Global("torch._utils", "_rebuild_parameter").Op('(').Tensor("Float", "0", [2, 3]).Raw(0x88)
            .Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R')
            .Op('u').Dict(d => d.Text("_metadata").Global("collections", "OrderedDict").Op(')').Op('R')).Op('b').Stop();
        using TorchArchive archive = _file.Open(TorchFile.Zip(pickle, TorchFile.Bytes<float>(_six)));
        archive.Tensors.Keys.Should().Equal("w");
        archive.Notes.Should().BeEmpty();
    }

    [Fact]
    public void Open_OfNestedWrappersAndPrefixes_SaysWhatItDid()
    {
        byte[] pickle = PickleBytes.OfDict(d => d
            .Text("step").Number(4)
            .Text("model")
            .Dict(m => m.Text("state_dict").Dict(s => s.Text("module._orig_mod.w").Tensor("Float", "0", [6]).Text("version").Number(1))));
        using TorchArchive archive = _file.Open(TorchFile.Zip(pickle, TorchFile.Bytes<float>(_six)));
        archive.Tensors.Keys.Should().Equal("w");
        archive.Notes.Should().Equal(
            "Took the weights from 'model'.", "Left out what is no weight: 'step'.", "Took the weights from 'state_dict'.",
            "Left out what is no weight: 'version'.", "Removed 'module.' from the beginning of every name.",
            "Removed '_orig_mod.' from the beginning of every name.");
    }

    [Fact]
    public void Open_WherePrefixIsNotOnEveryName_KeepsTheNames()
    {
        byte[] pickle = PickleBytes.OfDict(d => d.Text("module.w").Tensor("Float", "0", [6]).Text("b").Tensor("Float", "0", [6]));
        using TorchArchive archive = _file.Open(TorchFile.Zip(pickle, TorchFile.Bytes<float>(_six)));
        archive.Tensors.Keys.Should().BeEquivalentTo("module.w", "b");
    }

    [Fact]
    public void Open_OfATorchScriptModule_JoinsTheNamesOfItsModules()
    {
        byte[] pickle = PickleBytes.Protocol2().Global("__torch__", "Outer").Op(')').Raw(0x81).Dict(d => d
            .Text("training").Raw(0x89)
            .Text("input_resolution").Number(224)
            .Text("inner").Global("__torch__.a", "Inner").Op(')').Raw(0x81).Dict(i => i.Text("w").Tensor("Float", "0", [6])).Op('b')
            .Text("empty").Global("__torch__.a", "Nothing").Op(')').Raw(0x81).Dict(_ => { }).Op('b')).Op('b').Stop();
        using TorchArchive archive = _file.Open(Script(pickle, TorchFile.Bytes<float>(_six)));
        archive.Tensors.Keys.Should().Equal("inner.w");
        archive.Notes.Should()
            .Equal("Read the TorchScript module __torch__.Outer; 2 attributes that are neither tensors nor modules were left out.");
    }

    [Fact]
    public void Read_OfAnUnknownName_NamesTheFileAndSomeTensors()
    {
        using TorchArchive archive = _file.Open(
            TorchFile.Zip(PickleBytes.OfDict(d => d.Text("w").Tensor("Float", "0", [6])), TorchFile.Bytes<float>(_six)));
        Action act = () => archive.Read("v");
        act.Should().Throw<CheckpointException>().WithMessage("*model.pt: there is no tensor 'v' among 1 (first: w).");
    }

    [Fact]
    public void Read_AfterDispose_Refuses()
    {
        TorchArchive archive = _file.Open(
            TorchFile.Zip(PickleBytes.OfDict(d => d.Text("w").Tensor("Float", "0", [6])), TorchFile.Bytes<float>(_six)));
        archive.Dispose();
        archive.Dispose();
        Action act = () => archive.Read("w");
        act.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Read_FromSeveralThreads_ReadsTheSame()
    {
        using TorchArchive archive = _file.Open(TorchFile.Zip(
            CompressionLevel.Optimal, PickleBytes.OfDict(d => d.Text("w").Tensor("Float", "0", [6])), TorchFile.Bytes<float>(_six)));
        Parallel.For(0, 64, _ =>
        {
            using Tensor tensor = archive.Read("w");
            tensor.data<float>().ToArray().Should().Equal(_six);
        });
    }

    [Fact]
    public void Open_OfAMissingFile_SaysSo()
    {
        Action act = () => TorchArchive.Open(_file.Path);
        act.Should().Throw<FileNotFoundException>().WithMessage("*model.pt*");
    }

    internal static byte[] Script(byte[] pickle, params byte[][] storages) => TorchFile.Zip(CompressionLevel.NoCompression,
        [("m/data.pkl", pickle), ("m/constants.pkl", PickleBytes.Protocol2().Op(')').Stop()), .. storages.Select((s, i) =>
            ($"m/data/{i}", s))]);
}
