using System.IO.Compression;
using Microsoft.ML;

namespace WiseFt.ML.Tests;

/// <summary>A saved model in which something is wrong does not load, and says so.</summary>
public sealed class DamagedModelTests(FittedMixture fitted) : IClassFixture<FittedMixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wiseft-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("ZeroShot.safetensors")]
    [InlineData("FineTuned.safetensors")]
    [InlineData("Settings.json")]
    public void Load_AnyBitFlipped_SaysThatTheFileIsDamaged(string stream)
    {
        string path = Save();
        var random = new Random(1);
        for (int i = 0; i < 5; i++)
        {
            string damaged = Path.Combine(_folder, $"damaged{i}.zip");
            File.Copy(path, damaged);
            Rewrite(damaged, stream, bytes => bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8)));
            Load(damaged).Should().Throw<Exception>().Which.GetBaseException().Should().BeOfType<CheckpointException>()
                .Which.Message.Should().Contain(stream).And.Contain("damaged");
        }
    }

    [Fact]
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
    public void Load_FileCutShort_Throws()
    {
        string path = Save();
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        Load(path).Should().Throw<Exception>();
    }

    private string Save()
    {
        string path = Path.Combine(_folder, "model.zip");
        fitted.Context.Model.Save(fitted.Model, fitted.Test.Schema, path);
        return path;
    }

    private static Action Load(string path) => () => (new MLContext().Model.Load(path, out _) as IDisposable)?.Dispose();

    private static void Rewrite(string path, string stream, Action<byte[]> change)
    {
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Update);
        ZipArchiveEntry entry = zip.Entries.Single(e => e.Name == stream);
        using Stream content = entry.Open();
        byte[] bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        change(bytes);
        content.Position = 0;
        content.Write(bytes);
    }
}
