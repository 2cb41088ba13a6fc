using System.Globalization;

namespace WiseFt;

/// <summary>A recipe that cannot be read, with the place that is wrong, what was found there and what was expected.</summary>
public sealed class MergeRecipeException : FormatException
{
    /// <summary>A fault of a recipe at a place.</summary>
    /// <param name="source">The recipe's file, or what stands for it.</param>
    /// <param name="line">The line, from 1; 0 where the whole text is meant.</param>
    /// <param name="column">The column in it, from 1, in UTF-16 code units; 0 where the whole text is meant.</param>
    /// <param name="fault">What is wrong and what to do.</param>
    /// <param name="innerException">What was thrown below, or null.</param>
    internal MergeRecipeException(string source, int line, int column, string fault, Exception? innerException = null)
        : base(
            line == 0
                ? $"{source}: {fault}"
                : string.Create(CultureInfo.InvariantCulture, $"{source}, line {line}, column {column}: {fault}"),
            innerException) => (Line, Column) = (line, column);

    /// <summary>The line, from 1; 0 where the whole text is meant, such as one that is too long.</summary>
    public int Line { get; }

    /// <summary>The column, from 1, in UTF-16 code units; 0 where the whole text is meant.</summary>
    public int Column { get; }
}
