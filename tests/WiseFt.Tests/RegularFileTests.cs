using System.Net.Sockets;
using WiseFt.Files;
using WiseFt.Images;

namespace WiseFt.Tests;

/// <summary>Pipes, sockets and devices are refused by whatever reads files, and at once: opening a pipe would wait for ever.</summary>
public sealed class RegularFileTests : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OtherKind_OfFilesFoldersAndNothing_IsNull()
    {
        _folder.Write("größe.txt", "x");

        RegularFile.OtherKind(_folder.At("größe.txt")).Should().BeNull();
        RegularFile.OtherKind(_folder.Path).Should().BeNull();
        RegularFile.OtherKind(_folder.At("nothing")).Should().BeNull();
    }

    [Fact]
    public void OtherKind_OfAPipeASocketADeviceAndALinkToOne_SaysWhich()
    {
        if (!NamedPipe.Exists) return;
        string pipe = NamedPipe.Make(_folder.At("pipe"));
        File.CreateSymbolicLink(_folder.At("link"), pipe);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.At("socket")));

        RegularFile.OtherKind(pipe).Should().Be("named pipe (FIFO)");
        RegularFile.OtherKind(_folder.At("link")).Should().Be("named pipe (FIFO)");
        RegularFile.OtherKind(_folder.At("socket")).Should().Be("socket");
        RegularFile.OtherKind("/dev/null").Should().Be("device");
    }

    [Theory]
    [InlineData("p.png", "image")]
    [InlineData("p.safetensors", "model")]
    [InlineData("p.pt", "model")]
    [InlineData("p.pt", "tensors")]
    [InlineData("p.txt", "templates")]
    [InlineData("p.csv", "list")]
    [InlineData("p.json", "mapping")]
    [InlineData("p.npy", "array")]
    [InlineData("merges.txt", "vocabulary")]
    public async Task Read_OfAPipe_IsRefusedAtOnce(string name, string reader)
    {
        if (!NamedPipe.Exists) return;
        string pipe = NamedPipe.Make(_folder.At(name));

        Exception? refusal = await Task.Run(() => Record.Exception(() => Read(reader, pipe))).WaitAsync(_limit);

        refusal.Should().NotBeNull();
        refusal!.Message.Should().Contain(pipe).And.Contain("named pipe (FIFO)");
    }

    [Fact]
    public async Task FromFolder_WithPipesAmongTheImages_ReadsNoneOfThem()
    {
        if (!NamedPipe.Exists) return;
        _folder.Images("a/1.png");
        NamedPipe.Make(_folder.At("a", "feed"));

        LabelledImages images = await Task.Run(() => LabelledImages.FromFolder(_folder.Path)).WaitAsync(_limit);

        images.Count.Should().Be(1);
        images.LeftOut.Should().Equal(new LeftOutFile(_folder.At("a", "feed"), "named pipe (FIFO)"));
    }

    private static void Read(string reader, string path)
    {
        switch (reader)
        {
            case "image": ImageSource.FromFile(path).Decode(); break;
            case "model": ClipModel.Load(path).Dispose(); break;
            case "tensors": TensorFile.Open(path).Dispose(); break;
            case "templates": PromptTemplates.FromFile(path); break;
            case "list": ImageList.Read(path); break;
            case "mapping": WiseFt.Evaluation.ClassMapping.Load(path); break;
            case "array": ImageDatasets.FromNpy(path, path, ["a"]); break;
            default: WiseFt.Text.ClipTokenizer.Load(path); break;
        }
    }
}
