using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace WiseFt.Tensors;

/// <summary>The matrix products of oneDNN, which is a part of libtorch on x64 and which TorchSharp has no call for.</summary>
/// <remarks>
/// libtorch gives products in float32 to MKL, whose kernels for AVX-512 are for Intel's processors alone; oneDNN writes its kernels for
/// the instructions that it finds (docs/performance.md has what both reach). It is called by way of TorchScript, whose compiler knows the
/// operations that torch.compile uses on a CPU. Source: pytorch aten/src/ATen/native/mkldnn/Linear.cpp <c>mkldnn_linear_pointwise</c> and
/// MkldnnReorder <c>mkldnn_reorder_linear_weight</c>.
/// </remarks>
internal static class OneDnn
{
    /// <summary>Environment variable that is 0 where libtorch's own choice of kernels is wanted.</summary>
    public const string Switch = "WISEFT_ONEDNN";

    private const string Code = """
        class Products(Module):
          __parameters__ = []
          __buffers__ = []
          def pack(self: __torch__.Products, w: Tensor) -> Tensor:
            return ops.mkldnn._reorder_linear_weight(w, 400)
          def linear(self: __torch__.Products, x: Tensor, w: Tensor, b: Optional[Tensor]) -> Tensor:
            return ops.mkldnn._linear_pointwise(x, w, b, "none", annotate(List[Optional[number]], []), "")
          def swish(self: __torch__.Products, x: Tensor, w: Tensor, b: Optional[Tensor]) -> Tensor:
            return ops.mkldnn._linear_pointwise(x, w, b, "swish", annotate(List[Optional[number]], []), "")
          def pack_int8(self: __torch__.Products, w: Tensor) -> Tensor:
            return ops.onednn.qlinear_prepack(w, None)
          def int8(self: __torch__.Products, x: Tensor, w: Tensor, scales: Tensor, zeros: Tensor) -> Tensor:
            return ops.onednn.qlinear_pointwise(x, 1.0, 128, w, scales, zeros, None, 1.0, 0, 6, "none", annotate(List[Optional[number]], []), "")

        """;

    private static readonly Lazy<jit.ScriptModule?> _module = new(Load);
    private static readonly Lazy<bool> _roundedIsRight = new(() => Works(RoundedIsRight));
    private static readonly Lazy<bool> _int8IsRight = new(() => IsUsed && Works(Int8Weight.IsRight));

    /// <summary>Whether products in float32 are computed here: on x64, unless <see cref="Switch"/> says otherwise.</summary>
    public static bool IsUsed => _module.Value is not null;

    /// <summary>Whether tensors of a kind are computed here.</summary>
    public static bool Takes(DeviceType device, ScalarType type) => device == DeviceType.CPU && IsUsed && type switch
    {
        ScalarType.Float32 => true,
        ScalarType.BFloat16 => _roundedIsRight.Value,
        _ => false,
    };

    /// <summary>A weight in the layout that the kernels read fastest, for <see cref="Linear"/> and <see cref="Swish"/> alone.</summary>
    /// <param name="weight">(outputs, inputs).</param>
    public static Tensor Pack(Tensor weight) => Call("pack", weight);

    /// <summary>input W^T + b.</summary>
    /// <param name="input">(…, inputs).</param>
    /// <param name="weight">(outputs, inputs), packed or not, of any strides.</param>
    /// <param name="bias">(outputs) or null.</param>
    /// <returns>(…, outputs).</returns>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias) => Call("linear", input, weight, bias);

    /// <summary>y sigmoid(y) of y = input W^T + b, in one pass.</summary>
    /// <inheritdoc cref="Linear"/>
    public static Tensor Swish(Tensor input, Tensor weight, Tensor? bias) => Call("swish", input, weight, bias);

    /// <summary>A weight of 8 bits in the layout of the kernels.</summary>
    /// <param name="weight">int8 (outputs, inputs).</param>
    public static Tensor PackInt8(Tensor weight) => Call("pack_int8", weight);

    /// <summary>(input - 128) W^T in whole numbers, each output times its scale.</summary>
    /// <param name="input">uint8 (…, inputs).</param>
    /// <param name="weight">What <see cref="PackInt8"/> gives.</param>
    /// <param name="scales">float32 (outputs).</param>
    /// <param name="zeros">int32 (outputs), 0.</param>
    /// <returns>float32 (…, outputs).</returns>
    public static Tensor Int8(Tensor input, Tensor weight, Tensor scales, Tensor zeros) => Call("int8", input, weight, scales, zeros);

    /// <summary>Whether products of 8 bits are to be had on the CPU.</summary>
    public static bool HasInt8 => _int8IsRight.Value;

    /// <summary>Throws where products of 8 bits are not to be had.</summary>
    /// <exception cref="NotSupportedException">They are not.</exception>
    public static void RequireInt8(DeviceType device)
    {
        if (device == DeviceType.CPU && HasInt8) return;
        throw new NotSupportedException(
            "The precision is int8, which is computed on x64 processors with AVX2 or AVX-512 VNNI" +
            (device != DeviceType.CPU ? $", not on {device}".ToLowerInvariant() : IsUsed ? ", and this one has neither" : "") +
            "; expected float32 or bfloat16.");
    }

    // Tensors alone: TorchSharp 0.107 makes numbers scalars that a collection may free before the call reads them.
    private static Tensor Call(string name, params Tensor?[] arguments) => (Tensor)_module.Value!.invoke(name, [.. arguments]);

    // TorchScript ends the process where it does not know an operation. These have been in libtorch for x64 since 2.0; the version is
    // compared so that another one is first looked at.
    private static jit.ScriptModule? Load()
    {
        bool isKnown = RuntimeInformation.ProcessArchitecture == Architecture.X64 &&
            typeof(torch).Assembly.GetName().Version is { Major: 0, Minor: 107 };
        if (!isKnown || Environment.GetEnvironmentVariable(Switch) == "0") return null;
        return jit.load(Archive());
    }

    // A module without state: what torch.jit.save writes, as little as torch.jit.load asks for.
    private static byte[] Archive()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            Add("data.pkl", "\x80\x02" + "c__torch__\nProducts\n)\x81}b.");
            Add("constants.pkl", "\x80\x02" + ").");
            Add("code/__torch__.py", Code);
            Add("version", "3\n");

            void Add(string name, string content)
            {
                using Stream entry = zip.CreateEntry("products/" + name, CompressionLevel.NoCompression).Open();
                entry.Write(Encoding.Latin1.GetBytes(content));
            }
        }
        return bytes.ToArray();
    }

    private static bool Works(Func<bool> isRight)
    {
        try
        {
            return isRight();
        }
        catch (ExternalException)
        {
            return false; // the processor lacks the instructions
        }
    }

    private static bool RoundedIsRight()
    {
        const double error = 0.02;
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        using var random = new Generator(1);
        Tensor x = randn([5, 64], generator: random), w = randn([48, 64], generator: random), exact = x.matmul(w.t());
        Tensor y = Linear(x.to(ScalarType.BFloat16), Pack(w.to(ScalarType.BFloat16)), null).to(ScalarType.Float32);
        return y.data<float>().Zip(exact.data<float>()).All(n => Math.Abs(n.First - n.Second) < error * (8 + Math.Abs(n.Second)));
    }
}
