namespace WiseFt.Tests;

/// <summary>What holds of every line of code; white space and names are the build's and <c>dotnet format</c>'s, see .ci/run.</summary>
public sealed class SourceFileTests
{
    private const int MostColumns = 140; // max_line_length of .editorconfig, which no tool checks

    /// <summary>A raw string is what a test reads, or a template, in its own lines: those may be longer.</summary>
    [Fact]
    public void Lines_OfEveryFile_FitIntoTheColumns()
    {
        string[] tooLong = [.. from file in Sources.In("src", "tests", "examples")
                               from line in OutsideRawStrings(File.ReadLines(file))
                               where line.Length > MostColumns
                               select $"{Sources.Relative(file)}:{line.Number}: {line.Length} columns"];

        string.Join("\n", tooLong.Take(20)).Should().BeEmpty("{0} lines have more than {1} columns", tooLong.Length, MostColumns);
    }

    private static IEnumerable<(int Number, int Length)> OutsideRawStrings(IEnumerable<string> lines)
    {
        const string quotes = "\"\"\"";
        bool isInside = false;
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            int marks = line.Split(quotes).Length - 1;
            if (!isInside && marks == 0) yield return (number, line.Length);
            if (marks % 2 == 1) isInside = !isInside;
        }
    }
}
