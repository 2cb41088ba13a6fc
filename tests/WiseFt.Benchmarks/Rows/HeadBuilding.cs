using static TorchSharp.torch;

namespace WiseFt.Benchmarks;

/// <summary>The zero-shot head, whose prompts are cut at their end,
/// beside encoding all 77 positions of every prompt as the reference does.</summary>
internal static class HeadBuilding
{
    private const int PromptsPerBatch = 128;
    private const int SampleEvery = 16; // of the full-length prompts, which all cost the same

    public static IEnumerable<Measurement> Run(Inputs inputs)
    {
        string[] names = ImageNetNames();
        int step = Math.Max(1, names.Length / inputs.Settings.Classes);
        string[] classes = [.. names.Where((_, i) => i % step == 0).Take(inputs.Settings.Classes)];
        string[] prompts = [.. classes.SelectMany(PromptTemplates.ImageNet.Apply)];
        string[] sample = [.. prompts.Where((_, i) => i % SampleEvery == 0)];
        ClipModel clip = inputs.Clip;
        Measurement times = Alternation.Seconds(
            "", Math.Min(3, inputs.Settings.Repetitions), () => ZeroShotHead.Build(clip, classes, PromptTemplates.ImageNet).Dispose(),
            () => EncodeInFull(clip, sample),
            scaleB: (double)prompts.Length / sample.Length);
        yield return times with
        {
            Label = $"77 positions of {prompts.Length} prompts, from {sample.Length} of them : ZeroShotHead.Build",
            Pairs = [.. times.Pairs.Select(p => (p.B, p.A))],
            ByProcessorTime = 1 / times.ByProcessorTime,
        };
    }

    private static void EncodeInFull(ClipModel clip, string[] prompts)
    {
        foreach (string[] batch in prompts.Chunk(PromptsPerBatch))
        {
            using Tensor ids = clip.Tokenizer.Encode(batch);                           // (N, 77)
            clip.EncodeText(ids).Dispose();
        }
    }

    private static string[] ImageNetNames() =>
        File.ReadAllLines(Path.Combine(Tests.Fixtures.RepositoryRoot, "src", "WiseFt", "Images", "Datasets", "class-names-imagenet.txt"));
}
