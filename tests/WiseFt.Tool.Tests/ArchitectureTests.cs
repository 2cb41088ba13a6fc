namespace WiseFt.Tool.Tests;

/// <summary>Folders have an order in every project. Here, because most projects are beside the tool.</summary>
public sealed class ArchitectureTests
{
    [Theory]
    [InlineData("WiseFt")]
    [InlineData("WiseFt.Onnx")]
    [InlineData("WiseFt.Reports")]
    [InlineData("WiseFt.Extensions.AI")]
    [InlineData("WiseFt.ML")]
    [InlineData("WiseFt.Tool")]
    public void Project_Folders_UseEachOtherWithoutCircles(string project) =>
        new ProjectFolders(project).Circles().Select(arrow => arrow.ToString()).Should().BeEmpty();
}
