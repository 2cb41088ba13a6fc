using System.Text.Json.Serialization;

namespace WiseFt;

/// <summary>Which weights fine-tuning changes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FineTuningMode>))]
public enum FineTuningMode
{
    /// <summary>Image encoder and head.</summary>
    EndToEnd,

    /// <summary>The head alone, on features computed once.</summary>
    LinearClassifier,
}
