using System.Globalization;
using System.Runtime.CompilerServices;

namespace WiseFt.Evaluation;

/// <summary>Guards on predictions, labels and curves: what was found, where, what was expected.</summary>
internal static class SampleCheck
{
    /// <summary>Refuses an empty list of samples.</summary>
    public static void NotEmpty(int count, string name)
    {
        if (count == 0) throw new ArgumentException($"{name} is empty; a statistic needs at least one sample.", name);
    }

    /// <summary>Refuses lists of different lengths.</summary>
    public static void SameLength(int found, string name, int expected, string expectedName)
    {
        if (found != expected)
        {
            throw new ArgumentException(
                $"{name} has {found} samples, {expectedName} has {expected}; they must describe the same samples in the same order.", name);
        }
    }

    /// <summary>Refuses a class outside [0, <paramref name="classCount"/>).</summary>
    public static void Classes(ReadOnlySpan<int> classes, int classCount, [CallerArgumentExpression(nameof(classes))] string name = "")
    {
        for (int i = 0; i < classes.Length; i++)
        {
            if ((uint)classes[i] >= (uint)classCount)
            {
                throw new ArgumentException(
                    $"{name}[{i}] is {classes[i]}; expected a class index in [0, {classCount - 1}] ({classCount} classes).", name);
            }
        }
    }

    /// <summary>Refuses two tables of different numbers of rows.</summary>
    public static void SameCount(SampleMatrix first, string firstName, SampleMatrix second, string secondName)
    {
        ArgumentNullException.ThrowIfNull(first, firstName);
        ArgumentNullException.ThrowIfNull(second, secondName);
        SameLength(second.Count, secondName, first.Count, firstName);
    }

    /// <summary>Refuses an accuracy outside [0, 1], NaN included.</summary>
    public static void Accuracies(IReadOnlyList<double> accuracies, [CallerArgumentExpression(nameof(accuracies))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(accuracies, name);
        for (int i = 0; i < accuracies.Count; i++)
        {
            if (!(accuracies[i] >= 0 && accuracies[i] <= 1))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"{name}[{i}] is {accuracies[i]}; expected a fraction in [0, 1]."), name);
            }
        }
    }
}
