namespace WiseFt.Tests;

/// <summary>What holds of every line of code; white space and names are the build's and <c>dotnet format</c>'s, see .ci/run.</summary>
public sealed class SourceFileTests
{
    private const int MostColumns = 140; // max_line_length of .editorconfig, which no tool checks

    [Fact]
    public void Lines_OfEveryFile_FitIntoTheColumns()
    {
        string[] tooLong = [.. from file in Sources.In("src", "tests", "examples")
                               from line in File.ReadLines(file).Select((text, i) => (Number: i + 1, text.Length))
                               where line.Length > MostColumns
                               select $"{Sources.Relative(file)}:{line.Number}: {line.Length} columns"];

        string.Join("\n", tooLong.Take(20)).Should().BeEmpty("{0} lines have more than {1} columns", tooLong.Length, MostColumns);
    }
}
