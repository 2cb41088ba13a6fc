using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.Win32.SafeHandles;

namespace WiseFt.Benchmarks;

/// <summary>Loading models beside reading their files from the page cache into memory that the process has already.</summary>
internal static class Loading
{
    // At malloc's own offset of 16 bytes in a page the system's copy runs at half its speed on Zen 4.
    private const nuint PageSize = 4096;

    public static IEnumerable<Measurement> Safetensors(Inputs inputs)
    {
        string path = inputs.ModelPath;
        yield return Compare(inputs, "ClipModel.Load : read", path, () => ClipModel.Load(path).Dispose());
    }

    public static IEnumerable<Measurement> Zip(Inputs inputs)
    {
        string path = inputs.File("model.zip");
        inputs.ML.Model.Save(inputs.Transformer, inputs.ImageRows.Schema, path);
        yield return Compare(inputs, "Model.Load : read", path, () => (inputs.ML.Model.Load(path, out _) as IDisposable)!.Dispose());
    }

    private static unsafe Measurement Compare(Inputs inputs, string label, string path, Action load)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        long length = RandomAccess.GetLength(file);
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)length, PageSize);
        try
        {
            return Alternation.Seconds(
                FormattableString.Invariant($"{label}, {length / 1e6:N0} MB"), inputs.Settings.Repetitions, load,
                () => Read(file, memory, length));
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    /// <summary>Reads a whole file into memory that is there.</summary>
    public static unsafe void Read(SafeFileHandle file, byte* memory, long length)
    {
        for (long offset = 0; offset < length;)
            offset += RandomAccess.Read(file, new Span<byte>(memory + offset, (int)Math.Min(1 << 30, length - offset)), offset);
    }
}
