using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>How a transformer lies in a saved ML.NET model: a version, a JSON stream of settings, and streams of weights in safetensors format.</summary>
/// <param name="signature">Eight characters that begin the transformer's file.</param>
/// <param name="loaderSignature">The name under which ML.NET finds the class again.</param>
internal sealed class ModelFile(string signature, string loaderSignature)
{
    private const uint Version = 0x00010001;
    private const string SettingsStream = "Settings.json";

    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        IgnoreReadOnlyProperties = true,
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Writes the version and the settings.</summary>
    public void Save<TSettings>(ModelSaveContext context, TSettings settings)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.CheckAtModel();
        context.SetVersionInfo(VersionInfo());
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(settings, _json);
        context.SaveBinaryStream(SettingsStream, writer => writer.Write(json));
    }

    /// <summary>Reads what <see cref="Save{TSettings}"/> wrote.</summary>
    /// <exception cref="CheckpointException">The settings are missing or damaged.</exception>
    public TSettings Load<TSettings>(ModelLoadContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.CheckAtModel(VersionInfo());
        return Read(context, SettingsStream, stream =>
        {
            try
            {
                return JsonSerializer.Deserialize<TSettings>(stream, _json)!;
            }
            catch (Exception e) when (e is JsonException or ArgumentException or FormatException)
            {
                throw new CheckpointException($"{loaderSignature}: the settings in the saved model are damaged ({e.Message}). Save the model again.", e);
            }
        });
    }

    /// <summary>Writes weights as a stream of their own.</summary>
    public static void SaveWeights(ModelSaveContext context, string name, IReadOnlyDictionary<string, TorchSharp.torch.Tensor> weights) =>
        context.SaveBinaryStream(name, writer => SafetensorsFile.Write(writer.BaseStream, weights));

    /// <summary>Reads weights.</summary>
    /// <exception cref="CheckpointException">The stream is missing or damaged.</exception>
    public Weights LoadWeights(ModelLoadContext context, string name) =>
        Read(context, name, stream => SafetensorsFile.ReadAll(stream, stream.Length, $"{loaderSignature}/{name}"));

    /// <summary>Writes any stream.</summary>
    public static void SaveStream(ModelSaveContext context, string name, Action<Stream> write) =>
        context.SaveBinaryStream(name, writer => write(writer.BaseStream));

    /// <summary>Reads a stream.</summary>
    /// <exception cref="CheckpointException">There is none of that name.</exception>
    public T Read<T>(ModelLoadContext context, string name, Func<Stream, T> read)
    {
        T? result = default;
        return context.TryLoadBinaryStream(name, reader => result = read(reader.BaseStream))
            ? result!
            : throw new CheckpointException($"{loaderSignature}: the saved model has no stream '{name}'. It is damaged; save it again.");
    }

    private VersionInfo VersionInfo() => new(
        modelSignature: signature,
        verWrittenCur: Version,
        verReadableCur: Version,
        verWeCanReadBack: Version,
        loaderAssemblyName: typeof(ModelFile).Assembly.FullName,
        loaderSignature: loaderSignature);
}
