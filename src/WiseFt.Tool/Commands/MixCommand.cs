using System.CommandLine;
using WiseFt.Evaluation;
using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tool;

/// <summary><c>wiseft mix</c>: the mixture of any two checkpoints with equal keys.</summary>
internal static class MixCommand
{
    public static Command Create()
    {
        Option<FileInfo> zeroShot = new("--zero-shot") { Description = "Checkpoint at alpha 0.", Required = true, HelpName = "A" };
        Option<FileInfo> fineTuned = new("--fine-tuned")
        {
            Description = "Checkpoint at alpha 1, with the same tensor names and shapes.",
            Required = true,
            HelpName = "B",
        };
        Option<double?> alpha = SharedOptions.Alpha("Mixing coefficient in [0, 1]");
        Option<string?> precision = new("--precision")
        {
            Description = "Type of the mixed numbers: float32, float16 or bfloat16 (default: the checkpoints' own, float32 where they " +
                "differ).",
        };
        precision.AcceptOnlyFromAmong("float32", "float16", "bfloat16");
        Option<string?> stateDict = new("--state-dict")
        {
            Description = "Which of several models in a file of a training script: the name of its dictionary (default: the one that " +
                "is there).",
            HelpName = "NAME",
        };
        Option<string> output = new("--output")
        {
            Description = "The mixture, a .safetensors file.",
            Required = true,
            HelpName = "C.safetensors",
        };
        Option<bool> overwrite = Destination.Overwrite();
        var command = new ToolCommand(
            "mix", "Mix the weights of two checkpoints, files or folders: (1 - alpha) A + alpha B, tensor by tensor.",
            "wiseft mix --zero-shot out/zeroshot.safetensors --fine-tuned out/finetuned.safetensors --alpha 0.7 --output mixed.safetensors")
        {
            zeroShot, fineTuned, alpha, output, overwrite, precision, stateDict,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(
                parsed.GetRequiredValue(zeroShot).FullName, parsed.GetRequiredValue(fineTuned).FullName,
                parsed.GetValue(alpha) ?? MixingCoefficient.Default,
                Destination.OfFile(
                    output.Name, parsed.GetRequiredValue(output), ".safetensors", parsed.GetValue(overwrite), isDerived: _ => false,
                    (zeroShot.Name, parsed.GetRequiredValue(zeroShot).FullName),
                    (fineTuned.Name, parsed.GetRequiredValue(fineTuned).FullName)),
                new CheckpointMixtureOptions
                {
                    Precision = parsed.GetValue(precision) is { } word ? Enum.Parse<ScalarType>(word, ignoreCase: true) : null,
                    StateDict = parsed.GetValue(stateDict),
                }),
            cancel));
        return command;
    }

    private static int Run(string zeroShot, string fineTuned, double alpha, string output, CheckpointMixtureOptions options)
    {
        long parameters = CheckpointMixture.Interpolate(zeroShot, fineTuned, alpha, output, options);
        Console.Out.WriteLine(FormattableString.Invariant($"Wrote {output}: {parameters} parameters, alpha {alpha}."));
        return 0;
    }
}
