namespace WiseFt.Training;

/// <summary>The learning rate of each step: a linear rise over the warm-up, then half a cosine down to 0.</summary>
/// <param name="LearningRate">The peak.</param>
/// <param name="WarmupSteps">Steps of the rise; the first step has one <paramref name="WarmupSteps"/>-th of the peak.</param>
/// <param name="TotalSteps">All steps. Where the warm-up is as long or longer, the peak is never left.</param>
/// <remarks>Source: mlfoundations/wise-ft src/models/utils.py <c>cosine_lr</c>.</remarks>
internal sealed record CosineSchedule(double LearningRate, int WarmupSteps, int TotalSteps)
{
    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">From 0.</param>
    public double At(int step) => step < WarmupSteps
        ? LearningRate * (step + 1) / WarmupSteps
        : LearningRate * 0.5 * (1 + Math.Cos(Math.PI * (step - WarmupSteps) / (TotalSteps - WarmupSteps)));
}
