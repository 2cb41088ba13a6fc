namespace WiseFt.Tool.Tests;

/// <summary>What a failed verb leaves of its output folder.</summary>
public sealed class DestinationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("new")]
    [InlineData("new/")]
    [InlineData("around/new")]
    [InlineData("around/new/")]
    public void NothingOfAFolderThatWasMadeForAFailedRunStays(string name)
    {
        Action failed = () => Destination.Into<int>(_folder.At(name), () => throw new InvalidDataException("the cause"));
        failed.Should().Throw<InvalidDataException>().WithMessage("the cause");
        Directory.EnumerateFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void AFolderAroundItThatSomebodyUsesMeanwhileStays()
    {
        string other = _folder.At("around", "other");
        Action failed = () => Destination.Into<int>(_folder.At("around", "new"), () =>
        {
            Directory.CreateDirectory(other);
            throw new InvalidDataException("the cause");
        });
        failed.Should().Throw<InvalidDataException>();
        Directory.EnumerateFileSystemEntries(_folder.At("around")).Should().Equal(other);
    }

    public void Dispose() => _folder.Dispose();
}
