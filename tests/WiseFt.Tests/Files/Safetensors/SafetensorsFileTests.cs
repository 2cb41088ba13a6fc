using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using TorchSharp;
using WiseFt.Files;
using static TorchSharp.torch;

namespace WiseFt.Tests;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_ThenOpen_GivesBackTheSameBits()
    {
        using Tensor half = randn(3, 5).to(float16),
        column = arange(12).view(3, 4).t(),
        scalar = tensor(2.5f),
        none = zeros(0, 7),
        flag = tensor(new[] { true, false });
        var tensors = new Dictionary<string, Tensor>
        {
            ["half"] = half,
            ["column"] = column,
            ["scalar"] = scalar,
            ["none"] = none,
            ["flag"] = flag,
        };
        string path = _folder.At("ş", "a b.safetensors");
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string> { ["note"] = "größe" });

        using SafetensorsFile file = SafetensorsFile.Open(path);
        file.Metadata.Should().Contain("note", "größe");
        file.Tensors.Keys.Should().BeEquivalentTo(tensors.Keys);
        foreach (var (name, expected) in tensors)
        {
            using Tensor actual = file.Read(name), contiguous = expected.contiguous();
            actual.dtype.Should().Be(expected.dtype);
            actual.shape.Should().Equal(expected.shape);
            actual.bytes.ToArray().Should().Equal(contiguous.bytes.ToArray());
        }
        Directory.GetFiles(_folder.At("ş")).Should().ContainSingle();
    }

    [Fact]
    [Fault("nothing can be written")]
    public void Write_Failing_LeavesTheOldFileAndNothingElse()
    {
        string path = _folder.At("m.safetensors");
        using Tensor good = ones(2), bad = ones(2, dtype: complex64);
        SafetensorsFile.Write(path, new Dictionary<string, Tensor> { ["w"] = good });
        byte[] before = File.ReadAllBytes(path);
        Action act = () => SafetensorsFile.Write(path, new Dictionary<string, Tensor> { ["w"] = bad });
        act.Should().Throw<ArgumentException>().WithMessage("*'w'*ComplexFloat32*");
        File.ReadAllBytes(path).Should().Equal(before);
        Directory.GetFiles(_folder.Path).Should().ContainSingle();
    }

    [Theory]
    [InlineData(
        """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"v":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlap")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "gap")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "9")]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "does not fit")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "negative")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "does not fit")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,0]}}""", 0, "does not fit")]
    [InlineData("""{"w":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8, "F8_E4M3")]
    [InlineData(
        """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "malformed")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2]}}""", 8, "malformed")]
    [InlineData("""{"w":""", 8, "malformed")]
    [InlineData("""[]""", 0, "malformed")]
    public void Open_BrokenHeader_SaysWhatIsWrong(string header, int dataLength, string expected)
    {
        string path = WriteRaw(Encoding.UTF8.GetBytes(header), (ulong)header.Length, dataLength);
        Action act = () => SafetensorsFile.Open(path).Dispose();
        act.Should().Throw<CheckpointException>().WithMessage($"*{expected}*").Which.Message.Should().Contain(path);
    }

    [Theory]
    [InlineData(1UL << 60)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1000UL)]
    public void Open_HeaderLongerThanTheFile_IsRefused(ulong length)
    {
        string path = WriteRaw("{}"u8.ToArray(), length, 0);
        Action act = () => SafetensorsFile.Open(path).Dispose();
        act.Should().Throw<CheckpointException>().WithMessage("*header*");
    }

    [Fact]
    [Fault("model file cut short")]
    public void Open_TruncatedAnywhere_IsACheckpointException()
    {
        using Tensor w = randn(2, 3);
        string whole = _folder.At("whole.safetensors"), part = _folder.At("part.safetensors");
        SafetensorsFile.Write(whole, new Dictionary<string, Tensor> { ["w"] = w });
        byte[] bytes = File.ReadAllBytes(whole);
        FaultAttribute.Provoked(bytes.Length);
        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(part, bytes[..length]);
            Action act = () => SafetensorsFile.Open(part).Dispose();
            act.Should().Throw<CheckpointException>("{0} of {1} bytes are there", length, bytes.Length);
        }
    }

    [Fact]
    public void Open_OfManyEmptyTensors_TakesASmallMultipleOfTheHeadersBytes()
    {
        var header = new StringBuilder("{");
        for (int i = 0; i < 500_000; i++) header.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $$"""
            "{{i:x}}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}
            """);
        string json = header.Append('}').ToString();
        string path = WriteRaw(Encoding.UTF8.GetBytes(json), (ulong)json.Length, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();

        using SafetensorsFile file = SafetensorsFile.Open(path);

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        file.Tensors.Should().HaveCount(500_000);
        allocated.Should().BeLessThan(10L * json.Length);
    }

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}""", "twice")]
    [InlineData("""{"__metadata__":{"a":"b","a":"c"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "'a' is there twice")]
    [InlineData(
        """{"__metadata__":{},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{}}""", "'__metadata__' is there twice")]
    [InlineData("""{"__metadata__":["a"],"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "malformed")]
    [InlineData("""{"w":{"dtype":4,"shape":[2],"data_offsets":[0,8]}}""", "malformed")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "malformed")]
    [InlineData("""{"w":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", "malformed")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}""", "malformed")]
    public void Open_HeaderWithStrangeEntries_IsMalformed(string header, string expected)
    {
        string path = WriteRaw(Encoding.UTF8.GetBytes(header), (ulong)header.Length, 8);

        FluentActions.Invoking(() => SafetensorsFile.Open(path).Dispose())
            .Should().Throw<CheckpointException>().WithMessage("*malformed*").WithMessage($"*{expected}*");
    }

    [Fact]
    public void Open_HeaderWithFurtherProperties_PassesOverThem()
    {
        const string header =
            """{"w":{"note":{"a":[1,{"b":2}]},"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"k":null}}  """;
        string path = WriteRaw(Encoding.UTF8.GetBytes(header), (ulong)header.Length, 8);

        using SafetensorsFile file = SafetensorsFile.Open(path);

        file.Tensors["w"].Shape.Should().Equal(2);
        file.Metadata["k"].Should().BeEmpty();
    }

    [Fact]
    public void Read_UnknownName_NamesWhatThereIs()
    {
        using SafetensorsFile file = SafetensorsFile.Open(Fixtures.Path("mixing/a.safetensors"));
        Action act = () => file.Read("q");
        act.Should().Throw<CheckpointException>().WithMessage("*'q'*5*scalar*");
    }

    private string WriteRaw(byte[] header, ulong length, int dataLength)
    {
        string path = _folder.At("raw.safetensors");
        byte[] bytes = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        header.CopyTo(bytes, 8);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
