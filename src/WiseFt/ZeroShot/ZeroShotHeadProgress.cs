namespace WiseFt;

/// <summary>How far the building of a zero-shot head is.</summary>
/// <param name="Done">Prompts encoded so far.</param>
/// <param name="Total">Prompts altogether: classes times templates.</param>
public readonly record struct ZeroShotHeadProgress(int Done, int Total);
