using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace WiseFt;

/// <summary>Argument guards with one message style: what was found, what was expected.</summary>
internal static class Check
{
    /// <summary>The value, if it lies in [minimum, maximum]; NaN does not.</summary>
    public static T InRange<T>(
        T value, T minimum, T maximum, [CallerArgumentExpression(nameof(value))] string name = "", [CallerMemberName] string member = "")
        where T : INumber<T> =>
        value >= minimum && value <= maximum
            ? value
            : throw Refuse(name, member, value, string.Create(CultureInfo.InvariantCulture, $"a number in [{minimum}, {maximum}]"));

    /// <summary>The value, if it is at least the minimum and finite.</summary>
    public static T AtLeast<T>(
        T value, T minimum, [CallerArgumentExpression(nameof(value))] string name = "", [CallerMemberName] string member = "")
        where T : INumber<T> =>
        value >= minimum && T.IsFinite(value)
            ? value
            : throw Refuse(name, member, value, string.Create(CultureInfo.InvariantCulture, $"a finite number of at least {minimum}"));

    /// <summary>The value, if it is greater than zero and finite.</summary>
    public static T Positive<T>(
        T value, [CallerArgumentExpression(nameof(value))] string name = "", [CallerMemberName] string member = "")
        where T : INumber<T> =>
        value > T.Zero && T.IsFinite(value) ? value : throw Refuse(name, member, value, "a finite number greater than 0");

    /// <summary>The text, if it is neither null nor empty nor white space.</summary>
    public static string NotBlank(
        string? value, [CallerArgumentExpression(nameof(value))] string name = "", [CallerMemberName] string member = "") =>
        !string.IsNullOrWhiteSpace(value) ? value : throw Refuse(name, member, "'" + value + "'", "a text that is not blank");

    /// <summary>The list, if it has an element.</summary>
    public static IReadOnlyList<T> NotEmpty<T>(
        IReadOnlyList<T> value, [CallerArgumentExpression(nameof(value))] string name = "", [CallerMemberName] string member = "")
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return value.Count > 0 ? value : throw Refuse(name, member, "an empty list", "at least one element");
    }

    /// <summary>The value, if the enumeration declares it.</summary>
    public static T Defined<T>(
        T value, [CallerArgumentExpression(nameof(value))] string name = "", [CallerMemberName] string member = "")
        where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw Refuse(name, member, value, "one of " + string.Join(", ", Enum.GetNames<T>()));

    // In an init accessor the argument is called `value`; the property's name says more.
    public static ArgumentOutOfRangeException Refuse(string name, string member, object found, string expected)
    {
        string subject = name == "value" ? member : name;
        return new ArgumentOutOfRangeException(
            subject, string.Create(CultureInfo.InvariantCulture, $"{subject} is {found}; expected {expected}."));
    }
}
