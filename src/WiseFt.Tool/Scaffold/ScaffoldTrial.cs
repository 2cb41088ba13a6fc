namespace WiseFt.Tool;

/// <summary>How a training run went.</summary>
/// <param name="Images">Images that were trained on.</param>
/// <param name="Seconds">What it took.</param>
/// <param name="Report">Accuracy on the images kept aside, at alpha 0, the chosen one and 1; null where too few images are there to keep some aside.</param>
/// <param name="Accuracy">At the chosen alpha.</param>
/// <param name="Sample">An image to try the model on, kept aside where possible.</param>
internal sealed record ScaffoldTrial(int Images, double Seconds, RobustnessReport? Report, double? Accuracy, string Sample);
