using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Xunit.Sdk;

namespace WiseFt.Tests;

/// <summary>
/// The test provokes a fault; docs/reliability.md lists them. With WISEFT_FAULTS=FOLDER each test that ends is noted there, and the
/// document's own test makes the table of it: see the document for the command. Several tests may provoke one fault:
/// the first says how and what comes of it.
/// </summary>
/// <param name="fault">What happens.</param>
/// <param name="how">How the test makes it happen.</param>
/// <param name="outcome">What the test has found to come of it.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FaultAttribute(string fault, string how = "", string outcome = "") : BeforeAfterTestAttribute
{
    private static readonly ConcurrentDictionary<(string Class, string Method), int> _times = new();
    private static readonly Lock _lock = new();

    /// <summary>The folder with the notes of all test projects, or null where none are taken.</summary>
    public static string? Folder => Environment.GetEnvironmentVariable("WISEFT_FAULTS") is { Length: > 0 } folder
        ? Path.Combine(Fixtures.RepositoryRoot, folder)
        : null;

    /// <summary>What happens.</summary>
    public string Fault => fault;

    /// <summary>How the test makes it happen.</summary>
    public string How => how;

    /// <summary>What the test has found to come of it.</summary>
    public string Outcome => outcome;

    /// <summary>Says how often a test provokes its fault, where that is not once.</summary>
    public static void Provoked(int times, [CallerMemberName] string method = "", [CallerFilePath] string file = "") =>
        _times.AddOrUpdate((Path.GetFileNameWithoutExtension(file), method), times, (_, before) => before + times);

    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest)
    {
        if (Folder is not { } folder || MeasuredTable.IsWritten) return;
        int times = _times.TryRemove((methodUnderTest.DeclaringType!.Name, methodUnderTest.Name), out int counted) ? counted : 1;
        string note = JsonSerializer.Serialize(new FaultNote(fault, $"{methodUnderTest.DeclaringType.Name}.{methodUnderTest.Name}", times));
        lock (_lock)
        {
            Directory.CreateDirectory(folder);
            File.AppendAllText(Path.Combine(folder, $"{methodUnderTest.DeclaringType.Assembly.GetName().Name}.jsonl"), note + "\n");
        }
    }
}

/// <summary>That a test provoked a fault.</summary>
/// <param name="Fault">Which.</param>
/// <param name="Test">Class and method.</param>
/// <param name="Times">How often.</param>
public sealed record FaultNote(string Fault, string Test, int Times)
{
    /// <summary>How often each fault was provoked, of the notes in a folder.</summary>
    public static Dictionary<string, int> Count(string folder) => Directory.GetFiles(folder, "*.jsonl").SelectMany(File.ReadLines)
        .Select(line => JsonSerializer.Deserialize<FaultNote>(line)!)
        .GroupBy(note => note.Fault, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.Sum(note => note.Times), StringComparer.Ordinal);
}
