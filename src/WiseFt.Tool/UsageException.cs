namespace WiseFt.Tool;

/// <summary>The command line itself is wrong, whatever the files are.</summary>
internal sealed class UsageException(string message) : Exception(message);
