using System.Runtime.InteropServices;
using Microsoft.ML;

namespace WiseFt.Benchmarks;

/// <summary>Loading models beside reading their files from the page cache into fresh memory.</summary>
internal static class Loading
{
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

    private static Measurement Compare(Inputs inputs, string label, string path, Action load) => Alternation.Seconds(
        FormattableString.Invariant($"{label}, {new FileInfo(path).Length / 1e6:N0} MB"), inputs.Settings.Repetitions, load, () => Read(path));

    private static unsafe void Read(string path)
    {
        using var file = File.OpenHandle(path);
        long length = RandomAccess.GetLength(file);
        byte* memory = (byte*)NativeMemory.Alloc((nuint)length);
        try
        {
            for (long offset = 0; offset < length;)
                offset += RandomAccess.Read(file, new Span<byte>(memory + offset, (int)Math.Min(1 << 30, length - offset)), offset);
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }
}
