namespace WiseFt.Evaluation;

/// <summary>Guards on lists of class names; names are compared after Unicode normalisation.</summary>
internal static class ClassNameCheck
{
    /// <summary>Refuses an empty list, blank names and names that occur twice.</summary>
    public static void Distinct(IReadOnlyList<string> names, string subject, string parameter)
    {
        Check.NotEmpty(names, parameter);
        if (names.Any(string.IsNullOrWhiteSpace))
            throw new ArgumentException($"{subject} has a blank class name; each class needs a name.", parameter);
        var twice = names.GroupBy(n => n, ClassNameComparer.Instance).Where(g => g.Count() > 1).Select(g => g.Key).ToArray();
        if (twice.Length > 0)
        {
            throw new ArgumentException(
                $"{subject} has {twice.Length} class names more than once ({Listed.Quoted(twice)}); each must occur once.", parameter);
        }
    }

    /// <summary>Refuses two lists that are not the same names in any order.</summary>
    public static void SameSet(
        IReadOnlyList<string> expected, string expectedSubject, IReadOnlyList<string> found, string foundSubject, string hint,
        string parameter)
    {
        string[] missing = [.. expected.Except(found, ClassNameComparer.Instance)];
        string[] unknown = [.. found.Except(expected, ClassNameComparer.Instance)];
        if (missing.Length + unknown.Length > 0)
        {
            throw new ArgumentException(
                $"The classes of {foundSubject} are not those of {expectedSubject}: " +
                $"{Part(missing, "missing")}; {Part(unknown, "unknown")}. {hint}", parameter);
        }
    }

    private static string Part(string[] names, string what) =>
        names.Length == 0 ? $"none {what}" : $"{names.Length} {what} ({Listed.Quoted(names)})";
}
