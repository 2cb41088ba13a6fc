using System.CommandLine;
using WiseFt.Evaluation;
using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tool;

/// <summary><c>wiseft mix</c>: the mixture of any two checkpoints with equal keys.</summary>
internal static class MixCommand
{
    private static readonly Option<FileInfo> _zeroShot = new("--zero-shot")
    {
        Description = "Checkpoint at alpha 0.", Required = true, HelpName = "A",
    };

    private static readonly Option<FileInfo> _fineTuned = new("--fine-tuned")
    {
        Description = "Checkpoint at alpha 1, with the same tensor names and shapes.", Required = true, HelpName = "B",
    };

    private static readonly Option<double?> _alpha = SharedOptions.Alpha("Mixing coefficient in [0, 1]");

    private static readonly Option<string?> _precision = new("--precision")
    {
        Description = "Type of the mixed numbers: float32, float16 or bfloat16 (default: the checkpoints' own, float32 where they " +
            "differ).",
    };

    private static readonly Option<string?> _stateDict = new("--state-dict")
    {
        Description = "Which of several models in a file of a training script: the name of its dictionary (default: the one that " +
            "is there).",
        HelpName = "NAME",
    };

    private static readonly Option<string> _output = new("--output")
    {
        Description = "The mixture, a .safetensors file.", Required = true, HelpName = "C.safetensors",
    };

    private static readonly Option<bool> _overwrite = Destination.Overwrite();

    public static Command Create()
    {
        _precision.AcceptOnlyFromAmong("float32", "float16", "bfloat16");
        var command = new ToolCommand(
            "mix", "Mix the weights of two checkpoints, files or folders: (1 - alpha) A + alpha B, tensor by tensor.",
            "wiseft mix --zero-shot out/zeroshot.safetensors --fine-tuned out/finetuned.safetensors --alpha 0.7 --output mixed.safetensors")
        {
            _zeroShot, _fineTuned, _alpha, _output, _overwrite, _precision, _stateDict,
        };
        command.SetAction((parsed, cancel) => Task.Run(() => Run(parsed), cancel));
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string zeroShot = parsed.GetRequiredValue(_zeroShot).FullName, fineTuned = parsed.GetRequiredValue(_fineTuned).FullName;
        string output = Destination.OfFile(
            _output.Name, parsed.GetRequiredValue(_output), ".safetensors", parsed.GetValue(_overwrite), isDerived: _ => false,
            (_zeroShot.Name, zeroShot), (_fineTuned.Name, fineTuned));
        double alpha = parsed.GetValue(_alpha) ?? MixingCoefficient.Default;
        long parameters = CheckpointMixture.Interpolate(zeroShot, fineTuned, alpha, output, new CheckpointMixtureOptions
        {
            Precision = parsed.GetValue(_precision) is { } word ? Enum.Parse<ScalarType>(word, ignoreCase: true) : null,
            StateDict = parsed.GetValue(_stateDict),
        });
        Console.Out.WriteLine(FormattableString.Invariant($"Wrote {output}: {parameters} parameters, alpha {alpha}."));
        return 0;
    }
}
