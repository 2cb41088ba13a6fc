using System.Collections.Immutable;

namespace WiseFt.Evaluation;

/// <summary>One label of a shift and the reference classes that count as it.</summary>
/// <param name="Name">The label's name, as the shift's folders have it.</param>
/// <param name="Reference">The reference classes, at least one.</param>
public sealed record MappedClass(string Name, ImmutableArray<ReferenceClass> Reference);
