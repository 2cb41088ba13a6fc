namespace Microsoft.ML;

/// <summary>
/// The public methods of the package Microsoft.ML.OnnxConverter, which is not needed for these tests. Each call of <c>ConvertToOnnx</c>
/// in them compiles beside these signatures: none is ambiguous. Source:
/// dotnet/machinelearning src/Microsoft.ML.OnnxConverter/OnnxExportExtensions.cs.
/// </summary>
internal static class OnnxConverterSignatures
{
    public static void ConvertToOnnx(this ModelOperationsCatalog catalog, ITransformer transform, IDataView inputData, Stream stream) =>
        throw new NotSupportedException($"{catalog} {transform} {inputData} {stream}");

    public static void ConvertToOnnx(
        this ModelOperationsCatalog catalog, ITransformer transform, IDataView inputData, int opSetVersion, Stream stream) =>
        throw new NotSupportedException($"{catalog} {transform} {inputData} {opSetVersion} {stream}");

    public static void ConvertToOnnx(
        this ModelOperationsCatalog catalog, ITransformer transform, IDataView inputData, Stream stream, params string[] outputColumns) =>
        throw new NotSupportedException($"{catalog} {transform} {inputData} {stream} {outputColumns}");
}
