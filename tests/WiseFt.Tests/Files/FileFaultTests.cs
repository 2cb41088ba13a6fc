using WiseFt.Files;
using WiseFt.Models;
using WiseFt.Tensors;
using WiseFt.Text;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>What file systems do to a reader: odd names, empty files, locks, files that change under its hands.</summary>
public sealed class FileFaultTests
{
    private static readonly Dictionary<string, (string Source, Action<string> Read)> _readers = new(StringComparer.Ordinal)
    {
        ["safetensors"] = (Fixtures.Path("mixing/a.safetensors"), path => ReadAll(SafetensorsFile.Open(path))),
        ["PyTorch archive"] = (Fixtures.Path("models/openai-state-dict/model.pt"), path => ReadAll(TensorFile.Open(path))),
        ["CLIP model"] = (Fixtures.Path("models/openai-safetensors/model.safetensors"), path => ClipModel.Load(path).Dispose()),
        ["model info"] = (Fixtures.Path("models/openai-vit/model.pt"), path => ModelInfo.Read(path)),
        ["configuration"] = (Fixtures.Path("models/hf-quickgelu/config.json"), path => HuggingFaceFormat.ReadConfig(path)),
        ["vocabulary"] = (System.IO.Path.Combine(Fixtures.RepositoryRoot, "src/WiseFt/Text/bpe_simple_vocab_16e6.txt.gz"), path =>
            ClipTokenizer.Load(path)),
        ["image"] = (Fixtures.Path("images/rgb-33x47.png"), path => ImageSource.FromFile(path).Decode()),
    };

    public static TheoryData<string> Readers => [.. _readers.Keys];

    [Theory, MemberData(nameof(Readers))]
    [Fault("names with Unicode, spaces, quotes", "folders for each reader", "read")]
    public void Read_InFoldersWithUnicodeAndSpaces_ReadsTheFile(string reader)
    {
        using TemporaryFolder folder = new();
        string inside = folder.At("Ünïcode ıİ 模型 🙂/with  spaces 'and' \"quotes\" #1%20");
        Directory.CreateDirectory(inside);

        FluentActions.Invoking(() => _readers[reader].Read(Copy(reader, inside))).Should().NotThrow();
    }

    [Theory, MemberData(nameof(Readers))]
    [Fault("file of 0 bytes", "for each reader", "refused by name")]
    public void Read_EmptyFile_IsRefusedByName(string reader)
    {
        using TemporaryFolder folder = new();
        string path = Copy(reader, folder.Path);
        File.WriteAllBytes(path, []);

        RequireRefusal(reader, path, path);
    }

    [Theory, MemberData(nameof(Readers))]
    [Fault("path too long", "6,000 characters", "FileNotFoundException or the reader's own")]
    public void Read_PathTooLong_IsRefusedByName(string reader)
    {
        string name = new('x', 300), path = "/" + string.Join('/', Enumerable.Repeat(name, 20));

        RequireRefusal(reader, path, name);
    }

    [Theory, MemberData(nameof(Readers))]
    [Fault("folder in a file's place", "for each reader", "refused by name")]
    public void Read_FolderInItsPlace_IsRefusedByName(string reader)
    {
        using TemporaryFolder folder = new();
        string path = folder.At(Path.GetFileName(_readers[reader].Source));
        Directory.CreateDirectory(path);

        RequireRefusal(reader, path, path);
    }

    [Theory, MemberData(nameof(Readers))]
    [Fault("file locked", "held by another writer", "refused by name; read once it is free")]
    public void Read_LockedByAnother_SaysThatItCannotBeOpened(string reader)
    {
        using TemporaryFolder folder = new();
        string path = Copy(reader, folder.Path);
        using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) RequireRefusal(reader, path, path);

        FluentActions.Invoking(() => _readers[reader].Read(path)).Should().NotThrow("nobody holds it any more");
    }

    [Theory, InlineData("safetensors"), InlineData("PyTorch archive")]
    [Fault("file becomes shorter while it is read", "truncated after it is opened", "CheckpointException, not a bus error")]
    public void Read_FileThatBecomesShorterMeanwhile_IsRefused(string reader)
    {
        using TemporaryFolder folder = new();
        string path = Copy(reader, folder.Path);
        using ITensorFile file = TensorFile.Open(path);
        string last = file.Tensors.Keys.Order(StringComparer.Ordinal).First();
        Truncate(path, 16);

        FluentActions.Invoking(() => file.Read(last)).Should().Throw<CheckpointException>().WithMessage($"*{Path.GetFileName(path)}*");
    }

    [Fact]
    [Fault("file replaced while it is read", "another renamed over it", "the old file, whole")]
    public void Read_FileReplacedMeanwhile_ReadsTheOldOneToItsEnd()
    {
        using TemporaryFolder folder = new();
        string path = Copy("safetensors", folder.Path);
        using SafetensorsFile original = SafetensorsFile.Open(Fixtures.Path("mixing/a.safetensors"));
        using Weights expected = original.ReadAll();
        using SafetensorsFile file = SafetensorsFile.Open(path);
        File.Copy(Fixtures.Path("mixing/b.safetensors"), folder.At("new"));
        File.Move(folder.At("new"), path, overwrite: true);

        using Weights read = file.ReadAll();

        foreach (var (name, tensor) in read) tensor.bytes.SequenceEqual(expected[name].bytes).Should().BeTrue(name);
    }

    [Fact]
    [Fault("nothing can be written", "a file for a folder, a name too long", "IOException; the old file is left")]
    public void Write_WhereNothingCanBeWritten_ThrowsAndLeavesTheOldFile()
    {
        using TemporaryFolder folder = new();
        string inFile = Path.Combine(Copy("safetensors", folder.Path), "inside.safetensors");
        using Tensor one = ones(1);
        var tensors = new Dictionary<string, Tensor> { ["w"] = one };

        FluentActions.Invoking(() => SafetensorsFile.Write(inFile, tensors)).Should().Throw<IOException>("a file is no folder");
        FluentActions.Invoking(() => SafetensorsFile.Write(folder.At(new string('x', 300)), tensors))
            .Should().Throw<IOException>("no file system takes such a name");
        Directory.GetFiles(folder.Path).Should().ContainSingle();
        FluentActions.Invoking(() => ReadAll(SafetensorsFile.Open(folder.At("a.safetensors")))).Should().NotThrow();
    }

    private static string Copy(string reader, string folder)
    {
        string path = Path.Combine(folder, Path.GetFileName(_readers[reader].Source));
        File.Copy(_readers[reader].Source, path);
        return path;
    }

    private static void ReadAll(ITensorFile opened)
    {
        using ITensorFile file = opened;
        using Weights weights = Weights.ReadAll(file);
    }

    /// <summary>As another program does it: without asking for the lock that .NET would wait for.</summary>
    private static void Truncate(string path, long length)
    {
        using var process = System.Diagnostics.Process.Start(
            "truncate", ["-s", length.ToString(System.Globalization.CultureInfo.InvariantCulture), path]);
        process.WaitForExit();
        new FileInfo(path).Length.Should().Be(length);
    }

    private static void RequireRefusal(string reader, string path, string named) =>
        FluentActions.Invoking(() => _readers[reader].Read(path)).Should().Throw<Exception>()
            .Where(e => e is CheckpointException || e is ImageException || e is TokenizerException || e is FileNotFoundException)
            .Which.Message.Should().Contain(named);
}
