using System.Text.Json;
using System.Text.Json.Serialization;

namespace WiseFt.Training;

/// <summary>Class weights in <c>config.json</c> and in snapshots: the word "balanced", or an object with a number a class.</summary>
internal sealed class ClassWeightsJson : JsonConverter<ClassWeights>
{
    private const string Expected = $"expected '{ClassWeights.BalancedWord}' or an object";

    /// <inheritdoc/>
    public override ClassWeights Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString() is ClassWeights.BalancedWord
                ? ClassWeights.Balanced
                : throw new JsonException($"The class weights are '{reader.GetString()}'; {Expected}.");
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException($"The class weights are a {reader.TokenType}; {Expected}.");
        Dictionary<string, double> byClass = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            byClass[name] = reader.GetDouble();
        }
        return ClassWeights.Of(byClass);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ClassWeights value, JsonSerializerOptions options)
    {
        if (value.ByClass is null)
        {
            writer.WriteStringValue(ClassWeights.BalancedWord);
            return;
        }
        writer.WriteStartObject();
        foreach (var (name, weight) in value.ByClass) writer.WriteNumber(name, weight);
        writer.WriteEndObject();
    }
}
