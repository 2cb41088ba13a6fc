using System.Globalization;
using System.Runtime.CompilerServices;

namespace WiseFt.Tests;

/// <summary>All tests run under Turkish, whose small I is another letter and whose numbers have a comma, as German ones do.
/// WISEFT_CULTURE names another culture.</summary>
internal static class TestCulture
{
    public static CultureInfo Culture { get; } = CultureInfo.GetCultureInfo(
        Environment.GetEnvironmentVariable("WISEFT_CULTURE") is { Length: > 0 } name ? name : "tr-TR");

    [ModuleInitializer]
    internal static void Set() => CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = Culture;
}
