using System.Diagnostics;
using WiseFt.Models;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Python's own libraries load what the writer wrote, with strict keys, and compute the reference's features from it.</summary>
public sealed class ReadBackTests
{
    [PythonTheory("torch", "safetensors", "transformers"), InlineData("hf-quickgelu"), InlineData("hf-gelu-sharded")]
    public void Save_ForHuggingFace_IsLoadedByTransformers(string model) => ReadBack(model, CheckpointLayout.HuggingFace, "huggingface");

    [PythonTheory("torch", "safetensors", "open_clip"), InlineData("hf-quickgelu"), InlineData("hf-gelu-sharded"),
        InlineData("openai-resnet")]
    public void Save_ForOpenClip_IsLoadedByOpenClip(string model) => ReadBack(model, CheckpointLayout.OpenClip, "open-clip");

    [PythonTheory("torch", "clip"), InlineData("hf-quickgelu"), InlineData("openai-resnet")]
    public void Save_ForOpenAI_IsLoadedByOpenAIsPackage(string model) => ReadBack(model, CheckpointLayout.OpenAI, "openai");

    private static void ReadBack(string model, CheckpointLayout layout, string library)
    {
        using var folder = new TemporaryFolder();
        // exact for these fixtures
        using (ClipModel clip = ClipModel.Load(Fixtures.Path("models/" + model)))
            clip.Save(folder.At("written"), layout, ScalarType.Float16);
        var (exitCode, output) = Python.Run(
            Fixtures.Path("scripts/read_back.py"), library, folder.At("written"), "--expected",
            Fixtures.Path($"models/{model}/expected.safetensors"));
        exitCode.Should().Be(0, output);
        output.Should().Contain("logits_per_image: largest difference");
    }

    /// <summary>A theory that needs Python with some packages, and says which is missing where it is skipped.</summary>
    private sealed class PythonTheoryAttribute : TheoryAttribute
    {
        public PythonTheoryAttribute(params string[] packages) => Skip = Python.Missing(packages);
    }

    /// <summary>The interpreter of <c>WISEFT_PYTHON</c>, else <c>python3</c>.</summary>
    private static class Python
    {
        private static readonly string _interpreter = Environment.GetEnvironmentVariable("WISEFT_PYTHON") is { Length: > 0 } path
            ? path
            : "python3";

        /// <summary>Why these packages cannot be used, or null where they can.</summary>
        public static string? Missing(string[] packages)
        {
            const string find = "import importlib.util, sys; print(*[p for p in sys.argv[1:] if importlib.util.find_spec(p) is None])";
            try
            {
                var (exitCode, output) = Run(["-c", find, .. packages]);
                if (exitCode == 0 && string.IsNullOrWhiteSpace(output)) return null;
                return $"{_interpreter} has no {(exitCode == 0 ? output.Trim() : string.Join(" ", packages))}; " +
                    "set WISEFT_PYTHON to an interpreter that has.";
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                return $"{_interpreter} does not start ({e.Message}); set WISEFT_PYTHON to a Python with {string.Join(", ", packages)}.";
            }
        }

        public static (int ExitCode, string Output) Run(params string[] arguments)
        {
            using Process process = Process.Start(
                new ProcessStartInfo(_interpreter, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + errors.Result);
        }
    }
}
