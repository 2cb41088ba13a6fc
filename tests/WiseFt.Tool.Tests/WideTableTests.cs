namespace WiseFt.Tool.Tests;

public sealed class WideTableTests
{
    private static readonly int[] _widths = [5, 9, 12, 17, 26, 7, 7, 10, 14];

    [Theory]
    [InlineData(200, 1)]
    [InlineData(100, 2)]
    [InlineData(60, 3)]
    [InlineData(20, 8)]
    public void Pages_OfATerminal_FitIntoIt(int room, int pages)
    {
        int[][] found = [.. WideTable.Pages(_widths, room)];

        found.Should().HaveCount(pages);
        found.Should().OnlyContain(p => p[0] == 0 && p.Length > 1);
        found.SelectMany(p => p.Skip(1)).Should().Equal(Enumerable.Range(1, 8));
        found.Where(p => p.Length > 2).All(p => p.Sum(c => _widths[c]) <= room).Should().BeTrue();
    }
}
