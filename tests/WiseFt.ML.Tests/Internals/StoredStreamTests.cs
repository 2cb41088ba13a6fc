using System.IO.Compression;
using System.Text;
using TorchSharp;
using WiseFt.Files;

namespace WiseFt.ML.Tests;

/// <summary>Streams that lie uncompressed in an archive's file are read from it by position, on several threads.</summary>
public sealed class StoredStreamTests : IDisposable
{
    private const int Rows = 1000, Width = 1001;

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, torch.Tensor> _weights = new(StringComparer.Ordinal);

    public StoredStreamTests()
    {
        using torch.Generator random = new(1);
        foreach (int i in Enumerable.Range(0, 5)) _weights[$"weight.{i}"] = torch.rand(Rows, Width, generator: random);
        _weights["none"] = torch.empty(0, 3);
        _weights["small"] = torch.ones(1);
    }

    private string ArchivePath => _folder.At("model.zip");

    public void Dispose()
    {
        foreach (torch.Tensor weight in _weights.Values) weight.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void FindInFile_ArchiveInAFile_FindsTheEntrysBytes()
    {
        byte[] content = Encoding.UTF8.GetBytes("what was written");
        Write(archive => Add(archive, "before", "deflated, of any length"u8, CompressionLevel.Optimal), stream => stream.Write(content));
        using ZipArchive archive = ZipFile.OpenRead(ArchivePath);
        ZipArchiveEntry entry = archive.GetEntry("folder/weights")!;

        using FileSection? section = ModelArchive.FindInFile(entry);

        section.Should().NotBeNull("this runtime's ZipArchive has a file, and is read through it");
        section!.Length.Should().Be(content.Length);
        byte[] found = new byte[content.Length];
        section.ReadExactly(found);
        found.Should().Equal(content);
        section.Read(new byte[1]).Should().Be(0, "the archive goes on and the section does not");
    }

    [Fact]
    public void FindInFile_ArchiveInMemory_IsNull()
    {
        Write(_ => { }, stream => stream.WriteByte(1));
        using var archive = new ZipArchive(new MemoryStream(File.ReadAllBytes(ArchivePath)));
        ModelArchive.FindInFile(archive.Entries[0]).Should().BeNull();
    }

    [Fact]
    public void Read_FromASection_FillsEveryTensor()
    {
        WriteWeights();
        using Weights read = Read();
        foreach (var (name, weight) in _weights) read[name].Equals(weight).Should().BeTrue(name);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.37)]
    [InlineData(0.9999)]
    public void Read_OneBitOfASectionFlipped_SaysThatItIsDamaged(double place)
    {
        WriteWeights();
        var (start, length) = Place();
        using (FileStream file = File.Open(ArchivePath, FileMode.Open))
        {
            file.Position = start + (long)(place * length);
            int value = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(value ^ 4));
        }
        ((Action)(() => Read().Dispose())).Should().Throw<CheckpointException>().WithMessage("*weights*damaged*");
    }

    [Fact]
    public void Read_FileThatBecomesShorterMeanwhile_SaysThatItIsDamaged()
    {
        if (OperatingSystem.IsWindows()) return; // which lets nobody change a file that is being read
        WriteWeights();
        using ZipArchive archive = ZipFile.OpenRead(ArchivePath);
        using FileSection section = ModelArchive.FindInFile(archive.GetEntry("folder/weights")!)!;
        using (var file = new FileStream(ArchivePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(file.Length / 2);
        ((Action)(() => Read(section).Dispose())).Should().Throw<CheckpointException>().WithMessage("*weights*damaged*");
    }

    private void WriteWeights() => Write(_ => { }, stream => ChecksummedStream.Write(stream, s => SafetensorsFile.Write(s, _weights)));

    private void Write(Action<ZipArchive> before, Action<Stream> write)
    {
        using ZipArchive archive = ZipFile.Open(ArchivePath, ZipArchiveMode.Create);
        before(archive);
        using Stream stream = archive.CreateEntry("folder/weights", CompressionLevel.NoCompression).Open();
        write(stream);
    }

    private static void Add(ZipArchive archive, string name, ReadOnlySpan<byte> content, CompressionLevel level)
    {
        using Stream stream = archive.CreateEntry(name, level).Open();
        stream.Write(content);
    }

    private (long Start, long Length) Place()
    {
        using ZipArchive archive = ZipFile.OpenRead(ArchivePath);
        long length = archive.Entries[0].Length;
        byte[] bytes = File.ReadAllBytes(ArchivePath);
        return (bytes.AsSpan().IndexOf("folder/weights"u8) + "folder/weights".Length, length);
    }

    private Weights Read()
    {
        using ZipArchive archive = ZipFile.OpenRead(ArchivePath);
        using FileSection section = ModelArchive.FindInFile(archive.GetEntry("folder/weights")!)!;
        return Read(section);
    }

    private Weights Read(FileSection section) => ChecksummedStream.Read(section, section.Length, "weights", (stream, length) =>
    {
        Weights weights = Weights.Make(_weights.Keys, name => torch.zeros_like(_weights[name]));
        try
        {
            weights.CopyFrom(SafetensorsStream.Open(stream, length, "weights"));
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    });
}
