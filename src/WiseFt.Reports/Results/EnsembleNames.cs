using WiseFt.Evaluation;

namespace WiseFt.Reports;

/// <summary>What files and pages call the output-space ensembles.</summary>
internal static class EnsembleNames
{
    public static string Of(OutputEnsemble kind) => kind == OutputEnsemble.Logits ? "output-space-logits" : "output-space-probabilities";

    public static string Words(OutputEnsemble kind) => kind == OutputEnsemble.Logits ? "output-space, logits" : "output-space, probabilities";

    public static OutputEnsemble Parse(string name) => Enum.GetValues<OutputEnsemble>().Cast<OutputEnsemble?>().FirstOrDefault(k => Of(k!.Value) == name)
        ?? throw new InvalidDataException($"'{name}' is no ensemble; expected {ResultsFile.WeightSpace} or {string.Join(" or ", Enum.GetValues<OutputEnsemble>().Select(Of))}.");
}
