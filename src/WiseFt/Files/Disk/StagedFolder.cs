namespace WiseFt.Files;

/// <summary>Folders that appear under their final name whole or not at all.</summary>
internal static class StagedFolder
{
    /// <summary>Fills a temporary folder beside the target and renames it; on failure nothing is left behind.</summary>
    /// <param name="folder">The final name: not there yet, or empty. Nothing is ever overwritten.</param>
    /// <param name="fill">Writes files into the folder that it is given.</param>
    /// <exception cref="ArgumentException">The target holds something already.</exception>
    public static void Write(string folder, Action<string> fill)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        RequireFree(full);
        Directory.CreateDirectory(Path.GetDirectoryName(full) ?? full);
        string temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(temporary);
            fill(temporary);
            RequireFree(full);
            if (Directory.Exists(full)) Directory.Delete(full); // empty
            Directory.Move(temporary, full);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>Fills a temporary folder inside the target and moves its files into the target when all of them are there; on failure
    /// the target is as it was. Files of two fillings never lie beside each other: a kill during the moves, which take no time, leaves
    /// a folder without the last file.</summary>
    /// <param name="folder">The target; created where missing. Files of the same names are replaced.</param>
    /// <param name="last">The file that is moved last: what it says of the others holds once it is there.</param>
    /// <param name="fill">Writes files into the folder that it is given.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Replace(string folder, string last, Action<string> fill)
    {
        string temporary = Path.Combine(Path.GetFullPath(folder), $".results.{Guid.NewGuid():N}.tmp");
        Directory.CreateDirectory(temporary);
        try
        {
            fill(temporary);
            string[] names = [.. Directory.GetFiles(temporary).Select(f => Path.GetFileName(f)).OrderBy(name => name == last)];
            foreach (string name in names.Reverse()) File.Delete(Path.Combine(folder, name));
            foreach (string name in names) File.Move(Path.Combine(temporary, name), Path.Combine(folder, name));
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static void RequireFree(string folder)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new ArgumentException(
                $"{folder} holds something already; expected a new or empty folder. Choose another name, or empty it first.",
                nameof(folder));
    }
}
