using System.IO.Compression;
using Microsoft.ML;
using TorchSharp;
using WiseFt.Files;

namespace WiseFt.ML.Tests;

/// <summary>A saved model in which something is wrong does not load, and says so.</summary>
public sealed class DamagedModelTests(FittedMixture fitted) : IClassFixture<FittedMixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ZeroShot.safetensors")]
    [InlineData("FineTuned.safetensors")]
    [InlineData("Settings.json")]
    [Fault("saved ML.NET model with a wrong bit", "one bit, in each stream", "CheckpointException within")]
    public void Load_AnyBitFlipped_SaysThatTheFileIsDamaged(string stream)
    {
        string path = Save();
        var random = new Random(1);
        for (int i = 0; i < 5; i++)
        {
            string damaged = _folder.At($"damaged{i}.zip");
            File.Copy(path, damaged);
            Rewrite(damaged, stream, bytes => bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8)));
            Load(damaged).Should().Throw<Exception>().Which.GetBaseException().Should().BeOfType<CheckpointException>()
                .Which.Message.Should().Contain(stream).And.Contain("damaged");
            FaultAttribute.Provoked(1);
        }
    }

    [Fact]
    [Fault("saved ML.NET model cut short")]
    public void Load_StreamCutShort_SaysThatTheFileIsDamaged()
    {
        string path = Save();
        using (ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            ZipArchiveEntry entry = zip.Entries.Single(e => e.Name == "FineTuned.safetensors");
            using Stream content = entry.Open();
            content.SetLength(content.Length / 2);
        }
        Load(path).Should().Throw<Exception>().Which.GetBaseException().Message.Should().Contain("damaged");
    }

    [Fact]
    [Fault("saved ML.NET model cut short", "at eleven places", "an exception; no model")]
    public void Load_FileCutShortAnywhere_Throws()
    {
        string path = Save();
        byte[] bytes = File.ReadAllBytes(path);
        foreach (double part in (double[])[0, 0.00001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.9999, 0.9999999])
        {
            File.WriteAllBytes(path, bytes[..(int)(bytes.Length * part)]);
            Load(path).Should().Throw<Exception>($"{part} of {bytes.Length} bytes are there");
            FaultAttribute.Provoked(1);
        }
    }

    [Fact]
    [Fault("saved ML.NET model of a newer version", "the version raised", "CheckpointException within: update WiseFt.ML")]
    public void Load_OfANewerVersion_SaysSo()
    {
        string path = Save();
        using (ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Update))
            foreach (ZipArchiveEntry entry in zip.Entries.Where(e => e.Name == "Model.key").ToArray()) MakeNewer(entry);
        Load(path).Should().Throw<Exception>().Which.GetBaseException().Should().BeOfType<CheckpointException>()
            .Which.Message.Should().Contain("00010002").And.Contain("Update WiseFt.ML");
    }

    [Fact]
    [Fault(
        "saved ML.NET model that would write elsewhere", "entries ../../… and absolute ones",
        "nothing written, in the temporary folder neither")]
    public void Load_OfEntriesThatLeadElsewhere_WritesNothing()
    {
        string inside = _folder.At("a", "b"), path = Path.Combine(inside, "model.zip");
        Directory.CreateDirectory(inside);
        File.Move(Save(), path);
        using (ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Update))
            foreach (string name in (string[])["../../escaped.txt", "/tmp/wiseft-escaped.txt", "..\\..\\escaped.txt"])
            {
                using Stream content = zip.CreateEntry(name).Open();
                content.Write("escaped"u8);
            }
        string temporary = _folder.At("temporary");
        Directory.CreateDirectory(temporary);

        ITransformer model = new MLContext { TempFilePath = temporary }.Model.Load(path, out _);
        ((IDisposable)model).Dispose();

        Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Should().Equal(path);
        File.Exists("/tmp/wiseft-escaped.txt").Should().BeFalse();
        Directory.GetFiles(Environment.CurrentDirectory, "*escaped*").Should().BeEmpty();
    }

    [Theory]
    [InlineData("unknown.weight", 3)]
    [InlineData("classification_head.bias", 1)]
    public void Load_FineTunedWeightsOfAnotherModel_SaysThatTheyDoNotFit(string name, int length)
    {
        string path = Save();
        using (ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            using torch.Tensor other = torch.zeros(length);
            using Stream content = zip.Entries.Single(e => e.Name == "FineTuned.safetensors").Open();
            content.SetLength(0);
            ChecksummedStream.Write(
                content, stream => SafetensorsFile.Write(stream, new Dictionary<string, torch.Tensor> { [name] = other }));
        }

        Load(path)
            .Should().Throw<Exception>().Which.ToString()
            .Should().Contain(nameof(CheckpointException)).And.Contain("do not fit together").And.Contain(name);
    }

    /// <summary>Changes an entry's content in a saved model.</summary>
    internal static void Rewrite(Stream model, string stream, Action<byte[]> change)
    {
        using var zip = new ZipArchive(model, ZipArchiveMode.Update, leaveOpen: true);
        Rewrite(zip.Entries.Single(e => e.Name == stream), change);
    }

    /// <summary>Raises the version that the format's signature stands before.</summary>
    private static void MakeNewer(ZipArchiveEntry entry) => Rewrite(entry, bytes =>
    {
        int at = bytes.AsSpan().IndexOf("WISEFTMX"u8);
        if (at < 0) return;
        for (int field = 0; field < 2; field++) bytes[at + 8 + 4 * field]++; // written in, readable by
    });

    private string Save()
    {
        string path = _folder.At("model.zip");
        fitted.Context.Model.Save(fitted.Model, fitted.Test.Schema, path);
        return path;
    }

    private static Action Load(string path) => () => (new MLContext().Model.Load(path, out _) as IDisposable)?.Dispose();

    private static void Rewrite(string path, string stream, Action<byte[]> change)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        Rewrite(file, stream, change);
    }

    private static void Rewrite(ZipArchiveEntry entry, Action<byte[]> change)
    {
        using Stream content = entry.Open();
        byte[] bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        change(bytes);
        content.Position = 0;
        content.Write(bytes);
    }
}
