using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using WiseFt.Files;
using WiseFt.Tensors;

namespace WiseFt.ML;

/// <summary>How a transformer lies in a saved ML.NET model: a version, a JSON stream of settings,
/// and streams of weights in safetensors format.</summary>
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

    /// <summary>Whether a saved transformer is one of these.</summary>
    public bool Wrote(ModelLoadContext context) => context.Header.ModelSignature == VersionInfo().ModelSignature;

    /// <summary>Writes the version and the settings.</summary>
    public void Save<TSettings>(ModelSaveContext context, TSettings settings)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.CheckAtModel();
        context.SetVersionInfo(VersionInfo());
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(settings, _json);
        SaveStream(context, SettingsStream, stream => stream.Write(json));
    }

    /// <summary>Reads what <see cref="Save{TSettings}"/> wrote.</summary>
    /// <exception cref="CheckpointException">The settings are missing, damaged, or of a newer version.</exception>
    public TSettings Load<TSettings>(ModelLoadContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Header.ModelVerReadable > Version) // ML.NET's own message advises about versions of ML.NET
            throw new CheckpointException(
                string.Create(
                    CultureInfo.InvariantCulture, $"{loaderSignature} was saved in format {context.Header.ModelVerWritten:x8}, " +
                        $"by a newer version of WiseFt.ML; this one reads {Version:x8}. Update WiseFt.ML."));
        context.CheckAtModel(VersionInfo());
        return Read(context, SettingsStream, (stream, length) =>
        {
            byte[] json = new byte[length];
            stream.ReadExactly(json);
            try
            {
                return JsonSerializer.Deserialize<TSettings>(json, _json)!;
            }
            catch (Exception e) when (e is JsonException or ArgumentException or FormatException)
            {
                throw new CheckpointException(
                    $"{loaderSignature}: the settings in the saved model are damaged ({e.Message}). Save the model again.", e);
            }
        });
    }

    /// <summary>Makes what settings and weights describe. What does not fit together is the file's fault.</summary>
    /// <exception cref="CheckpointException">They do not.</exception>
    public T Make<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is ArgumentException or FormatException or WeightMismatchException)
        {
            throw new CheckpointException(
                $"{loaderSignature}: the parts of the saved model do not fit together ({e.Message}). It is damaged; save it again.", e);
        }
    }

    /// <summary>Writes weights as a stream of their own.</summary>
    public static void SaveWeights(ModelSaveContext context, string name, IReadOnlyDictionary<string, TorchSharp.torch.Tensor> weights) =>
        SaveStream(context, name, stream => SafetensorsFile.Write(stream, weights));

    /// <summary>Reads weights and makes what they are for.</summary>
    /// <param name="context">The saved model.</param>
    /// <param name="name">The stream.</param>
    /// <param name="make">Makes it of weights that can be read once. Damage shows at the end only: what was made is disposed then.</param>
    /// <exception cref="CheckpointException">The stream is missing or damaged, or does not fit.</exception>
    public T Load<T>(ModelLoadContext context, string name, Func<ITensorSource, T> make) where T : IDisposable =>
        Read(context, name, (stream, length) => Make(() => make(SafetensorsStream.Open(stream, length, $"{loaderSignature}/{name}"))));

    /// <summary>Writes any stream, with a checksum.</summary>
    public static void SaveStream(ModelSaveContext context, string name, Action<Stream> write) =>
        ModelArchive.Write(context, name, stream => ChecksummedStream.Write(stream, write));

    /// <summary>Reads a stream, given to the function with the length of its content.</summary>
    /// <exception cref="CheckpointException">There is none of that name, or its checksum is wrong.</exception>
    public T Read<T>(ModelLoadContext context, string name, Func<Stream, long, T> read)
    {
        string path = $"{loaderSignature}/{name}";
        if (ModelArchive.OpenStored(context, name) is { } stored)
            using (stored) return ChecksummedStream.Read(stored, stored.Length, path, read);
        // Deflated: by an earlier version, or somebody who packed the archive anew.
        T? result = default;
        return context.TryLoadBinaryStream(
            name, reader => result = ChecksummedStream.Read(reader.BaseStream, reader.BaseStream.Length, path, read))
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
