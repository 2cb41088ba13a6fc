using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Onnx;
using WiseFt.Images;

namespace WiseFt.Onnx;

/// <summary>What an exported file says about itself: the key and value pairs of its <c>metadata_props</c>.</summary>
internal static class OnnxMetadata
{
    private static readonly JsonSerializerOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Class names (a JSON array) and preprocessing, the latter under Hugging Face's keys where it has one.</summary>
    public static IEnumerable<StringStringEntryProto> Of(ImageClassifier classifier)
    {
        ClipPreprocessor preprocessor = classifier.Preprocessor;
        yield return Entry("class_names", Json(classifier.ClassNames));
        yield return Entry("image_size", preprocessor.Resolution.ToString(CultureInfo.InvariantCulture));
        yield return Entry("shorter_side", (preprocessor.ShorterSide ?? preprocessor.Resolution).ToString(CultureInfo.InvariantCulture));
        yield return Entry("image_mean", Json(preprocessor.Mean));
        yield return Entry("image_std", Json(preprocessor.StandardDeviation));
        yield return Entry("resize_mode", preprocessor.ResizeMode.ToString());
        yield return Entry("interpolation", preprocessor.ResizeFilter.ToString());
        yield return Entry("fill_color", preprocessor.FillColor.ToString(CultureInfo.InvariantCulture));
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, _json);

    private static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };
}
