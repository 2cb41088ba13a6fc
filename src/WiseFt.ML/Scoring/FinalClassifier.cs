using Microsoft.ML;
using Microsoft.ML.Data;

namespace WiseFt.ML;

/// <summary>A transformer whose scores are an image classifier's.</summary>
internal interface IClassifierTransformer : ITransformer
{
    /// <summary>What scores.</summary>
    ClassifierScorer Scorer { get; }
}

/// <summary>The classifier whose scores are a model's scores.</summary>
internal static class FinalClassifier
{
    private const string Remedy = "Pass the classifying transformer by itself, which stands for its own scores alone.";

    /// <summary>Finds it in a model, such as a loaded one.</summary>
    /// <param name="model">A classifying transformer, or a chain with exactly one.</param>
    /// <exception cref="ArgumentException">There is none, there are several, or a later step replaces its scores or may do so.</exception>
    public static ClassifierScorer FindIn(ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ITransformer[] steps = [.. Chains.Flatten(model)];
        int[] found = [.. Enumerable.Range(0, steps.Length).Where(i => steps[i] is IClassifierTransformer)];
        if (found.Length != 1)
            throw new ArgumentException(
                $"The model has {found.Length} CLIP classifiers among its {steps.Length} steps " +
                $"({string.Join(", ", steps.Select(s => s.GetType().Name))}); " +
                "expected exactly one, which ClipZeroShot, ClipFineTune, WiseFt, WeightEnsemble or ModelSoup made." +
                (found.Length > 1 ? " " + Remedy : ""), nameof(model));
        ClassifierScorer scorer = ((IClassifierTransformer)steps[found[0]]).Scorer;
        DataViewSchema schema = SchemaBehind(scorer);
        for (int i = found[0] + 1; i < steps.Length; i++)
            schema = Follow(steps[i], $"{i + 1} of {steps.Length}", schema, scorer.Columns.ScoreColumnName);
        return scorer;
    }

    /// <summary>The columns behind the classifier in data that has no others than it reads.</summary>
    private static DataViewSchema SchemaBehind(ClassifierScorer scorer)
    {
        var keyValues = new DataViewSchema.Annotations.Builder();
        scorer.Labels.Annotate(keyValues, AnnotationKinds.KeyValues);
        var columns = new DataViewSchema.Builder();
        columns.AddColumn(scorer.Columns.ImageColumnName, TextDataViewType.Instance);
        if (scorer.Columns.LabelColumnName is { } label) columns.AddColumn(label, scorer.Labels.KeyType, keyValues.ToAnnotations());
        return scorer.GetOutputSchema(columns.ToSchema());
    }

    /// <summary>The schema behind a later step, which must not hide the scores behind a column of its own.</summary>
    private static DataViewSchema Follow(ITransformer step, string place, DataViewSchema before, string score)
    {
        DataViewSchema after;
        try
        {
            after = step.GetOutputSchema(before);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException) // ML.NET's words for columns that are not there
        {
            throw new ArgumentException(
                $"Step {place}, {step.GetType().Name}, comes after the classifier and reads other columns than the classifier's, " +
                $"so that it cannot be told whether it changes '{score}': {e.Message} {Remedy}", nameof(step), e);
        }
        if (after.Count(c => c.Name == score) > before.Count(c => c.Name == score))
            throw new ArgumentException(
                $"Step {place}, {step.GetType().Name}, comes after the classifier and replaces '{score}', " +
                $"so that the classifier's scores are not the model's. {Remedy}", nameof(step));
        return after;
    }
}
