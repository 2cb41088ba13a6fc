using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using WiseFt.Files;

namespace WiseFt.Tests;

/// <summary>Zip directories that lie: about names, places and sizes.</summary>
public sealed class HostileZipTests : IDisposable
{
    private static readonly byte[] _pickle = PickleBytes.OfDict(d =>
        d.Text("w").Tensor("Float", "0", [6]).Text("b").Tensor("Half", "1", [2]));
    private static readonly byte[][] _storages = [TorchFile.Bytes<float>(0, 1, 2, 3, 4, 5), TorchFile.Bytes<short>(6, 7)];
    private readonly TorchFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData("../archive/data.pkl")]
    [InlineData("archive/../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("archive\\data\\0")]
    [InlineData("archive/./data/0")]
    [Fault("path that leads elsewhere", ".., absolute names and links in archives and indices", "refused")]
    public void Open_OfEntryNamesThatLeadElsewhere_Refuses(string name)
    {
        Action act = () => _file.Open(TorchFile.Zip(CompressionLevel.NoCompression, ("archive/data.pkl", _pickle), (name, [])));
        act.Should().Throw<CheckpointException>().WithMessage("*could lead out of a folder*");
    }

    [Fact]
    public void Open_OfTwoEntriesOfOneName_Refuses()
    {
        Action act = () => _file.Open(TorchFile.Zip(
            CompressionLevel.NoCompression, ("archive/data.pkl", _pickle), ("archive/data/0", _storages[0]),
            ("archive/data/0", _storages[0])));
        act.Should().Throw<CheckpointException>().WithMessage("*two entries of the name 'archive/data/0'*");
    }

    [Fact]
    public void Open_OfTwoPickles_Refuses()
    {
        Action act = () => _file.Open(TorchFile.Zip(CompressionLevel.NoCompression, ("a/data.pkl", _pickle), ("b/data.pkl", _pickle)));
        act.Should().Throw<CheckpointException>().WithMessage("*2 data.pkl*");
    }

    [Fact]
    public void Open_OfOverlappingEntries_Refuses()
    {
        byte[] content = TorchFile.Zip(_pickle, _storages);
        // Both storages' directory entries point at the first one's data: its name must then differ, or the data overlap.
        int second = FindDirectoryEntry(content, "archive/data/1");
        int first = FindDirectoryEntry(content, "archive/data/0");
        content.AsSpan(first + 42, 4).CopyTo(content.AsSpan(second + 42));
        Action act = () => _file.Open(content);
        act.Should().Throw<CheckpointException>().WithMessage("*not where the directory says*");
    }

    [Fact]
    public void Open_OfAnEntryThatSwallowsTheNext_Refuses()
    {
        byte[] content = TorchFile.Zip(_pickle, _storages);
        int first = FindDirectoryEntry(content, "archive/data/0");
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(first + 20), 60);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(first + 24), 60);
        Action act = () => _file.Open(content);
        act.Should().Throw<CheckpointException>().WithMessage("*overlaps another*");
    }

    [Theory, InlineData(20), InlineData(24)]
    public void Open_OfAStoredEntryOfTwoSizes_Refuses(int field)
    {
        byte[] content = TorchFile.Zip(_pickle, _storages);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(FindDirectoryEntry(content, "archive/data/0") + field), 23);
        Action act = () => _file.Open(content);
        act.Should().Throw<CheckpointException>().WithMessage("*is stored, and yet*");
    }

    [Fact]
    public void Read_OfADeflatedEntryLongerThanDeclared_Refuses()
    {
        byte[] content = TorchFile.Zip(
            CompressionLevel.Optimal, PickleBytes.OfDict(d => d.Text("w").Tensor("Byte", "0", [1000])), new byte[100_000]);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(FindDirectoryEntry(content, "archive/data/0") + 24), 1000);
        using TorchArchive archive = _file.Open(content);
        Action act = () => archive.Read("w");
        act.Should().Throw<CheckpointException>().WithMessage("*more bytes than declared*");
    }

    [Fact]
    public void Read_OfADeflatedEntryShorterThanDeclared_Refuses()
    {
        byte[] content = TorchFile.Zip(
            CompressionLevel.Optimal, PickleBytes.OfDict(d => d.Text("w").Tensor("Byte", "0", [200_000])), new byte[100_000]);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(FindDirectoryEntry(content, "archive/data/0") + 24), 200_000);
        using TorchArchive archive = _file.Open(content);
        Action act = () => archive.Read("w");
        act.Should().Throw<CheckpointException>().WithMessage("*fewer bytes than declared*");
    }

    private static int FindDirectoryEntry(byte[] zip, string name)
    {
        int at = zip.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(name)) - 46;
        zip.AsSpan(at, 4).SequenceEqual("PK\x01\x02"u8).Should().BeTrue();
        return at;
    }
}
