using WiseFt.Files;

namespace WiseFt.Tests;

/// <summary>Results appear together or not at all, and one process at a time makes them.</summary>
public sealed class StagedFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Replace_ThatFails_LeavesTheFolderAsItWas()
    {
        File.WriteAllText(_folder.At("a"), "old");
        File.WriteAllText(_folder.At("config.json"), "old");

        FluentActions.Invoking(() => StagedFolder.Replace(_folder.Path, "config.json", staging =>
        {
            File.WriteAllText(Path.Combine(staging, "a"), "new");
            throw new IOException("No space left on device");
        })).Should().Throw<IOException>();

        Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Should().BeEquivalentTo("a", "config.json");
        File.ReadAllText(_folder.At("a")).Should().Be("old");
    }

    [Fact]
    public void Replace_OverOlderFiles_ReplacesThemAndKeepsOthers()
    {
        File.WriteAllText(_folder.At("a"), "old");
        File.WriteAllText(_folder.At("mine.txt"), "mine");

        StagedFolder.Replace(_folder.Path, "config.json", staging =>
        {
            File.WriteAllText(Path.Combine(staging, "config.json"), "new");
            File.WriteAllText(Path.Combine(staging, "a"), "new");
        });

        Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Should().BeEquivalentTo("a", "config.json", "mine.txt");
        File.ReadAllText(_folder.At("a")).Should().Be("new");
    }

    [Fact]
    public void DeleteHalfWritten_AfterAKill_DeletesTheStagingFolderToo()
    {
        Directory.CreateDirectory(_folder.At($".results.{Guid.NewGuid():N}.tmp"));
        Directory.CreateDirectory(_folder.At("users.tmp"));

        AtomicFile.DeleteHalfWritten(_folder.Path);

        Directory.GetDirectories(_folder.Path).Select(Path.GetFileName).Should().Equal("users.tmp");
    }

    [Fact]
    public void Take_FolderThatIsTaken_IsRefusedUntilItIsGivenBack()
    {
        using (FolderLock.Take(_folder.Path, ".lock"))
            FluentActions.Invoking(() => FolderLock.Take(_folder.Path, ".lock")).Should().Throw<IOException>()
                .WithMessage("*in use by another*");

        FolderLock.Take(_folder.Path, ".lock").Dispose();
        Directory.EnumerateFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    public void Dispose() => _folder.Dispose();
}
