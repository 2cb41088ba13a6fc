namespace WiseFt.Neighbours;

/// <summary>An assembly that the build step does not know how to change. The message says what was found and what to do.</summary>
public sealed class NeighbourException(string message) : Exception(message);
