using System.Text;

namespace WiseFt;

/// <summary>Names of classes are one where they read the same: compared after Unicode normalisation (NFC),
/// otherwise to the letter.</summary>
/// <remarks>macOS writes "é" in the names of files as e and an accent, Linux and Windows as one letter.</remarks>
internal sealed class ClassNameComparer : IEqualityComparer<string>
{
    private ClassNameComparer() { }

    /// <summary>The comparer.</summary>
    public static ClassNameComparer Instance { get; } = new();

    /// <summary>The name in its composed form.</summary>
    public static string Normalised(string name) =>
        Ascii.IsValid(name) || HasHalfOfAPair(name) ? name : name.Normalize(NormalizationForm.FormC);

    /// <inheritdoc/>
    public bool Equals(string? x, string? y) =>
        string.Equals(x, y, StringComparison.Ordinal)
        || (x is not null && y is not null && string.Equals(Normalised(x), Normalised(y), StringComparison.Ordinal));

    /// <inheritdoc/>
    public int GetHashCode(string obj) => StringComparer.Ordinal.GetHashCode(Normalised(obj));

    // .NET refuses to normalise half of a surrogate pair, which is no text.
    private static bool HasHalfOfAPair(ReadOnlySpan<char> name)
    {
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(name, out _, out int length) != System.Buffers.OperationStatus.Done) return true;
            name = name[length..];
        }
        return false;
    }
}
