using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace WiseFt;

/// <summary>In what an encoder's products are computed. Weights, sums, norms,
/// gradients of weights and the optimiser are float32 always.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Precision>))]
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "It is the field's name.")]
public enum Precision
{
    /// <summary>All in float32, as the paper's experiments.</summary>
    Float32,

    /// <summary>The encoder's matrix products, convolutions and attention in bfloat16,
    /// as under PyTorch's autocast; the head in float32.</summary>
    BFloat16,

    /// <summary>The encoder's linear layers in 8 bits, for scoring alone: weights rounded once, each output by its own scale, and inputs on
    /// their way, each row by its own. On x64 processors that multiply bytes (VNNI). The rest is float32.</summary>
    Int8,
}
