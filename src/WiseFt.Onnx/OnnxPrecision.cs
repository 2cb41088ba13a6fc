namespace WiseFt.Onnx;

/// <summary>The floating-point type in which an exported image encoder holds its weights and computes.</summary>
public enum OnnxPrecision
{
    /// <summary>float32.</summary>
    Fp32,

    /// <summary>
    /// float16: half the file. Inputs, outputs, normalisation of pixels and features, and the head stay float32. Fast on GPUs; a CPU
    /// without float16 arithmetic computes in float32 after converting.
    /// </summary>
    Fp16,
}
