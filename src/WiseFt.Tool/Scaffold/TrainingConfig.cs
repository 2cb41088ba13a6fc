using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WiseFt.Tool;

/// <summary>The <c>.mbconfig</c> beside a model, in Model Builder's format version 5, with our trainer named.</summary>
internal static class TrainingConfig
{
    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The file's text; its paths are seen from its own folder.</summary>
    public static string Text(ScaffoldSettings settings, ScaffoldTrial trial, ScaffoldAssets assets) => new JsonObject
    {
        ["Scenario"] = "ImageClassification",
        ["DataSource"] = new JsonObject { ["Type"] = "Folder", ["Version"] = 1, ["FolderPath"] = assets.DataFolderOfModel },
        ["Environment"] = new JsonObject { ["Type"] = "LocalCPU", ["Version"] = 1 },
        ["RunHistory"] = History(settings, trial, assets),
        ["Type"] = "TrainingConfig",
        ["Version"] = 5,
        ["TrainingOption"] = new JsonObject
        {
            ["Type"] = "ClassificationTrainingOption",
            ["TrainingTime"] = (int)Math.Ceiling(trial.Seconds),
            ["OptimizeMetric"] = "MicroAccuracy",
            ["Subsampling"] = false,
            ["ValidationOption"] = new JsonObject { ["Type"] = "TrainValidateSplitValidationOption", ["SplitRatio"] = 0.2 },
        },
    }.ToJsonString(_json) + "\n";

    private static JsonObject History(ScaffoldSettings settings, ScaffoldTrial trial, ScaffoldAssets assets) => new()
    {
        ["Version"] = 3,
        ["Type"] = "Result",
        ["Trials"] = new JsonArray(new JsonObject
        {
            ["Version"] = 1,
            ["Type"] = "Trial",
            ["TrainerName"] = "WiseFt",
            ["Score"] = trial.Accuracy,
            ["RuntimeInSeconds"] = Math.Round(trial.Seconds, 3),
            ["Parameter"] = new JsonObject
            {
                ["_SCHEMA_"] = "e0 * e1 * e2",
                ["e0"] = Mapping("Label"),
                ["e1"] = Trainer(settings, assets),
                ["e2"] = Mapping("PredictedLabel"),
            },
        }),
        ["Estimators"] = new JsonObject { ["e0"] = "MapValueToKey", ["e1"] = "WiseFt", ["e2"] = "MapKeyToValue" },
        ["Schema"] = "e0 * e1 * e2",
        ["MetricName"] = "MicroAccuracy",
        ["ModelFilePath"] = settings.Name + ".mlnet",
    };

    private static JsonObject Mapping(string column) => new() { ["InputColumnName"] = column, ["OutputColumnName"] = column };

    private static JsonObject Trainer(ScaffoldSettings settings, ScaffoldAssets assets) => new()
    {
        ["LabelColumnName"] = "Label",
        ["ScoreColumnName"] = "Score",
        ["FeatureColumnName"] = "ImageSource",
        ["ModelPath"] = assets.ClipModelOfModel,
        ["Templates"] = assets.TemplatesOfModel,
        ["Alpha"] = settings.Alpha,
        ["Mode"] = settings.Recipe.Mode.ToString(),
        ["Epoch"] = settings.Recipe.Epochs,
        ["LearningRate"] = settings.Recipe.LearningRate,
        ["BatchSize"] = settings.Recipe.BatchSize,
        ["Seed"] = settings.Recipe.Seed,
    };
}
