using System.Globalization;

namespace WiseFt.Images;

/// <summary>The order of names that may be numbers: as text, 10 comes before 2.</summary>
internal static class LabelOrder
{
    /// <summary>Names, distinct after Unicode normalisation: by number where all are whole numbers from 0, else ordinally.</summary>
    public static string[] Sorted(IEnumerable<string> names)
    {
        string[] distinct = [.. names.Distinct(ClassNameComparer.Instance)];
        return distinct.All(n => Number(n) is not null)
            ? [.. distinct.OrderBy(Number).ThenBy(n => n, StringComparer.Ordinal)]
            : [.. distinct.Order(StringComparer.Ordinal)];
    }

    /// <summary>The whole number from 0 that a name is, or null.</summary>
    public static int? Number(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
