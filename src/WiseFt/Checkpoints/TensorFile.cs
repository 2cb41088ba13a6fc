namespace WiseFt;

/// <summary>Opens files of named tensors, whatever their format.</summary>
internal static class TensorFile
{
    /// <summary>Opens a safetensors file, or anything that <c>torch.save</c> or TorchScript wrote; the content decides, not the name.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">The file is of no known format, or damaged.</exception>
    public static ITensorFile Open(string path)
    {
        if (Directory.Exists(path)) throw new CheckpointException($"{path} is a folder; expected a file of tensors, such as model.safetensors in it.");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file {path}.", path);
        return LooksLikeSafetensors(path) ? SafetensorsFile.Open(path) : TorchArchive.Open(path);
    }

    /// <summary>Reads every tensor of a file.</summary>
    public static Weights ReadAll(ITensorFile file)
    {
        var read = new List<KeyValuePair<string, TorchSharp.torch.Tensor>>(file.Tensors.Count);
        try
        {
            foreach (string name in file.Tensors.Keys) read.Add(KeyValuePair.Create(name, file.Read(name).DetachFromDisposeScope()));
            return new Weights(read);
        }
        catch
        {
            read.ForEach(t => t.Value.Dispose());
            throw;
        }
    }

    // A safetensors file has a JSON object after the eight bytes of its length; zip and pickle files begin otherwise.
    private static bool LooksLikeSafetensors(string path)
    {
        Span<byte> start = stackalloc byte[9];
        using FileStream stream = File.OpenRead(path);
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        bool zip = read >= 2 && start[0] == 'P' && start[1] == 'K', pickle = read >= 2 && start[0] == 0x80;
        return (read == 9 && start[8] == '{') || !(zip || pickle) || Path.GetExtension(path) == ".safetensors";
    }
}
