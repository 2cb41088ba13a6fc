using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using WiseFt.Files;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Damaged and malicious files end in a <see cref="CheckpointException"/>, in bounded time and memory.</summary>
public sealed class HostileTorchArchiveTests : IDisposable
{
    private static readonly byte[] _pickle = PickleBytes.OfDict(d => d
        .Text("epoch").Number(3)
        .Text("state_dict").Dict(s => s.Text("w").Tensor("Float", "0", 6, 0, [3, 2], [1, 3]).Text("b").Tensor("Half", "1", [2])));

    private static readonly byte[][] _storages = [TorchFile.Bytes<float>(0, 1, 2, 3, 4, 5), TorchFile.Bytes<short>(6, 7)];

    private readonly TorchFile _file = new();

    public static TheoryData<string, byte[]> SmallFiles => new()
    {
        { "zip", TorchFile.Zip(_pickle, _storages) },
        { "deflated zip", TorchFile.Zip(CompressionLevel.Optimal, _pickle, _storages) },
        { "legacy", TorchFile.Legacy(_pickle, ("0", _storages[0], 4), ("1", _storages[1], 2)) },
        { "script", TorchArchiveTests.Script(Module(d => d.Text("w").Tensor("Float", "0", [6])), _storages[0]) },
    };

    public void Dispose() => _file.Dispose();

    [Theory, MemberData(nameof(SmallFiles))]
    [Fault("model file cut short", "at every length; at many places", "CheckpointException")]
    public void Open_OfATruncatedFile_RefusesAtEveryLength(string kind, byte[] content)
    {
        ReadAll(content).Should().BeTrue(kind);
        FaultAttribute.Provoked(content.Length);
        for (int length = 0; length < content.Length; length++)
        {
            bool read = ReadAll(content[..length]);
            read.Should().BeFalse($"{kind} of {content.Length} bytes cut to {length}");
        }
    }

    [Theory, MemberData(nameof(SmallFiles))]
    public void Open_OfAMutatedFile_ReadsItOrRefusesIt(string kind, byte[] content)
    {
        var random = new Random(20260);
        int refused = 0;
        for (int i = 0; i < 5_000; i++)
        {
            byte[] mutated = [.. content];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                mutated[random.Next(mutated.Length)] = random.Next(3) switch
                {
                    0 => (byte)random.Next(256),
                    1 => 0xff,
                    _ => (byte)"RQcitbu\x81\x93.("[random.Next(11)],
                };
            if (!ReadAll(mutated)) refused++;
        }
        refused.Should().BeInRange(500, 5_000, kind);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00", "Git LFS")]
    [InlineData("<!DOCTYPE html><html>", "web page")]
    [InlineData("\u0010\0\0\0\0\0\0\0{\"a\": 1}", "safetensors")]
    [InlineData("GIF89a....", "474946383961")]
    [InlineData("PK\u0003\u0004 and nothing else that a zip archive has", "no end record")]
    public void Open_OfAnotherFormat_SaysWhatItIs(string content, string named)
    {
        Action act = () => _file.Open(Encoding.Latin1.GetBytes(content));
        act.Should().Throw<CheckpointException>().WithMessage($"*model.pt*{named}*");
    }

    [Fact]
    public void Open_OfATarArchive_RefusesItByName()
    {
        byte[] tar = new byte[1024];
        "ustar"u8.CopyTo(tar.AsSpan(257));
        Action act = () => _file.Open(tar);
        act.Should().Throw<CheckpointException>().WithMessage("*tar archive*");
    }

    [Fact]
    public void Open_OfABarePickle_RefusesItByName()
    {
        Action act = () => _file.Open(_pickle);
        act.Should().Throw<CheckpointException>().WithMessage("*plain pickle*");
    }

    [Fact]
    [Fault("file asks for more memory than it holds", "zip and pickle bombs, sizes in descriptions", "refused before memory is taken")]
    public void Open_OfAZipBomb_Refuses()
    {
        const int length = 40_000_000;
        Action act = () => _file.Open(
            TorchFile.Zip(CompressionLevel.Optimal, PickleBytes.OfDict(d => d.Text("w").Tensor("Byte", "0", [length])), new byte[length]));
        act.Should().Throw<CheckpointException>().WithMessage("*exhaust memory*");
    }

    [Fact]
    public void Open_OfAPickleThatBecomesManyTimesLarger_Refuses()
    {
        Action act = () => _file.Open(TorchFile.Zip(CompressionLevel.Optimal, new byte[10_000_000]));
        act.Should().Throw<CheckpointException>().WithMessage("*data.pkl becomes 10000000 bytes of*at most 64 times*");
    }

    [Fact]
    [Fault("file asks for more memory than it holds")]
    public void Open_OfAPickleBomb_Refuses()
    {
        Action act = () => _file.Open(TorchFile.Zip(CompressionLevel.Optimal, new byte[70_000_000]));
        act.Should().Throw<CheckpointException>().WithMessage("*data.pkl has 70000000 bytes*");
    }

    [Fact]
    public void Open_OfAnExpandedViewOf2To40Elements_Refuses()
    {
        Action act = () =>
            _file.Open(TorchFile.Zip(PickleBytes.OfDict(d => d.Text("w").Tensor("Float", "0", 6, 0, [1L << 40], [0])), _storages[0]));
        act.Should().Throw<CheckpointException>().WithMessage("*exhaust memory*");
    }

    [Fact]
    public void Open_OfAStorageOfAnotherLength_Refuses()
    {
        Action act = () => _file.Open(TorchFile.Zip(PickleBytes.OfDict(d => d.Text("w").Tensor("Float", "0", [7])), _storages[0]));
        act.Should().Throw<CheckpointException>().WithMessage("*has 24 bytes where 28 are expected*");
    }

    [Fact]
    public void Open_OfAMissingStorage_NamesTheTensor()
    {
        Action act = () => _file.Open(TorchFile.Zip(PickleBytes.OfDict(d => d.Text("w").Tensor("Float", "5", [6])), _storages[0]));
        act.Should().Throw<CheckpointException>().WithMessage("*tensor 'w', storage '5', is missing*");
    }

    [Fact]
    public void Open_OfALegacyStorageOf2To50Elements_Refuses()
    {
        byte[] pickle = PickleBytes.OfDict(d => d.Text("w").Tensor("Byte", "0", 1L << 50, 0, [6], [1]));
        byte[] content = TorchFile.Legacy(pickle, ("0", new byte[6], 1));
        BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(content.Length - 14), 1L << 50);
        Action act = () => _file.Open(content);
        act.Should().Throw<CheckpointException>().WithMessage("*truncated or damaged*");
    }

    [Fact]
    public void Open_OfOneNameTwice_Refuses()
    {
        Action act = () => _file.Open(TorchFile.Zip(
            PickleBytes.OfDict(d => d.Text("w").Tensor("Float", "0", [6]).Text("w").Tensor("Float", "0", [6])), _storages[0]));
        act.Should().Throw<CheckpointException>().WithMessage("*two tensors of the name 'w'*");
    }

    [Fact]
    public void Open_OfTwoModels_Refuses()
    {
        Action act = () => _file.Open(TorchFile.Zip(
            PickleBytes.OfDict(d => d.Text("model").Dict(m => m.Text("w").Tensor("Float", "0", [6])).Text("net").Dict(m =>
                m.Text("w").Tensor("Float", "0", [6]))),
            _storages[0]));
        act.Should().Throw<CheckpointException>().WithMessage("*more than one model: 'model', 'net'*");
    }

    [Theory]
    [InlineData("list", "holds a list")]
    [InlineData("tensor", "one tensor without a name")]
    [InlineData("none", "holds nothing")]
    [InlineData("empty", "holds no tensors")]
    public void Open_OfNoStateDict_SaysWhatItHolds(string kind, string named)
    {
        PickleBytes pickle = PickleBytes.Protocol2();
        _ = kind switch
        {
            "list" => pickle.Op(']'),
            "tensor" => pickle.Tensor("Float", "0", [6]),
            "none" => pickle.Op('N'),
            _ => pickle.Op('}'),
        };
        Action act = () => _file.Open(TorchFile.Zip(pickle.Stop(), _storages[0]));
        act.Should().Throw<CheckpointException>().WithMessage($"*{named}*");
    }

    [Fact]
    public void Open_OfAModuleThatHoldsItself_Refuses()
    {
        byte[] pickle = PickleBytes.Protocol2().Global("__torch__", "A").Op(')').Raw(0x81).Op('q').Raw(0)
            .Dict(d => d.Text("a").Op('h').Raw(0).Text("b").Op('h').Raw(0).Text("w").Tensor("Float", "0", [6])).Op('b').Stop();
        Action act = () => _file.Open(TorchArchiveTests.Script(pickle, _storages[0]));
        act.Should().Throw<CheckpointException>().WithMessage("*without end*");
    }

    [Fact]
    public void Open_OfSharedModulesOnManyLevels_RefusesBeforeTheirNumberExplodes()
    {
        // Each level holds the one below it twice: 2^40 names from 40 small dicts.
        PickleBytes pickle = PickleBytes.Protocol2().Global("__torch__", "A").Op('q').Raw(0).Op(')').Raw(0x81)
            .Dict(d => d.Text("w").Tensor("Float", "0", [6])).Op('b').Op('q').Raw(1);
        for (byte level = 1; level <= 40; level++)
        {
            byte below = level;
            pickle.Op('0').Op('h').Raw(0).Op(')').Raw(0x81).Dict(d => d.Text("a").Op('h').Raw(below).Text("b").Op('h').Raw(below)).Op('b')
                .Op('q').Raw((byte)(level + 1));
        }
        Action act = () => _file.Open(TorchArchiveTests.Script(pickle.Stop(), _storages[0]));
        act.Should().Throw<CheckpointException>();
    }

    [Theory, InlineData("11"), InlineData("-1"), InlineData("three"), InlineData("")]
    public void Open_OfAnUnknownVersion_Refuses(string version)
    {
        Action act = () => _file.Open(
            TorchFile.Zip(CompressionLevel.NoCompression, ("a/data.pkl", _pickle), ("a/version", Encoding.ASCII.GetBytes(version))));
        act.Should().Throw<CheckpointException>().WithMessage("*version*");
    }

    [Fact]
    [Fault("pickle that would run code", "os.system in a pickle", "refused; nothing is executed")]
    public void Open_OfAnAttack_LeavesTheFileClosed()
    {
        byte[] pickle = PickleBytes.Protocol2().Global("os", "system").Text("true").Raw(0x85).Op('R').Stop();
        Action act = () => _file.Open(TorchFile.Zip(pickle));
        act
            .Should().Throw<CheckpointException>()
            .WithMessage("*model.pt (archive/data.pkl): the pickle asks for the global 'os.system', at byte 2. *nothing was executed*");
        using var writable = new FileStream(_file.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    private static byte[] Module(Action<PickleBytes> attributes) =>
        PickleBytes.Protocol2().Global("__torch__.a", "M").Op(')').Raw(0x81).Dict(attributes).Op('b').Stop();

    /// <summary>Whether the file can be read whole; any other exception than the expected one passes through.</summary>
    private bool ReadAll(byte[] content)
    {
        try
        {
            using TorchArchive archive = _file.Open(content);
            foreach (string name in archive.Tensors.Keys)
            {
                using Tensor tensor = archive.Read(name);
            }
            return true;
        }
        catch (CheckpointException)
        {
            return false;
        }
    }
}
