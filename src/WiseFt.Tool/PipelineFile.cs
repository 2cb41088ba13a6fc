using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.Files;

namespace WiseFt.Tool;

/// <summary>Writes a trained model as an ML.NET pipeline: path and label in, scores and the predicted class out.</summary>
internal static class PipelineFile
{
    /// <summary>Writes the model zip, whole or not at all.</summary>
    /// <param name="zeroShot">The classifier's file at alpha 0.</param>
    /// <param name="fineTuned">The classifier's file at alpha 1.</param>
    /// <param name="classNames">The classes in their order.</param>
    /// <param name="alpha">Mixing coefficient.</param>
    /// <param name="path">The zip.</param>
    public static void Write(string zeroShot, string fineTuned, IEnumerable<string> classNames, double alpha, string path)
    {
        var mlContext = new MLContext();
        // A row a class, in order: fitting the key map on them gives the keys the order of the classes.
        IDataView classes = mlContext.Data.LoadFromEnumerable(classNames.Select(name => new Row { Label = name }));
        using TransformerChain<Microsoft.ML.Transforms.KeyToValueMappingTransformer> model = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.WiseFt(zeroShot, fineTuned, alpha))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(classes);
        AtomicFile.Write(path, stream => mlContext.Model.Save(model, classes.Schema, stream));
    }

    private sealed class Row
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
