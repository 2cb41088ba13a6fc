namespace WiseFt;

/// <summary>What somebody meant who wrote something else.</summary>
internal static class Spelling
{
    private const int Near = 3; // letters to change; of short words, half of them

    /// <summary>The candidate that differs least from a word, or null where none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates) => candidates
        .Where(candidate => Math.Abs(candidate.Length - word.Length) <= Near)
        .Select(candidate => (Candidate: candidate, Distance: Distance(word, candidate)))
        .Where(c => c.Distance <= Math.Min(Near, c.Candidate.Trim('-').Length / 2))
        .OrderBy(c => c.Distance).Select(c => c.Candidate).FirstOrDefault();

    /// <summary>How many letters to add, take away, change or swap (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }
                int change = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        return d[a.Length, b.Length];
    }
}
