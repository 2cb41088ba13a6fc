using TorchSharp;
using WiseFt.Classification;
using WiseFt.Models;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt;

/// <summary>Builds the linear head that classifies like CLIP's text encoder: one row a class.</summary>
public static class ZeroShotHead
{
    private const int PromptsPerBatch = 128;

    /// <summary>The zero-shot classifier of a checkpoint, in one line:
    /// <c>ZeroShotHead.Build("openai/clip-vit-base-patch32", ["cat", "dog"]).Predict("photo.jpg")</c>.</summary>
    /// <param name="model">What <see cref="ClipModel.Load"/> takes.</param>
    /// <param name="classNames">The classes, in the order of the logits.</param>
    /// <param name="templates">The sentences around them. Default null: OpenAI's 80 for ImageNet.</param>
    /// <param name="device">Where the model computes. Default null: the CPU.</param>
    /// <exception cref="CheckpointException">The checkpoint cannot be read.</exception>
    /// <inheritdoc
    ///     cref="Build(ClipModel, IReadOnlyList{string}, PromptTemplates, IReadOnlyList{string}, string, IProgress{WorkProgress},
    ///     CancellationToken)" path="/returns|/exception|/remarks"/>
    public static ImageClassifier Build(
        string model, IReadOnlyList<string> classNames, PromptTemplates? templates = null, Device? device = null)
    {
        using ClipModel clip = ClipModel.Load(model, device);
        return Build(clip, classNames, templates ?? PromptTemplates.ImageNet);
    }

    /// <summary>The zero-shot classifier: CLIP's image encoder and a head made of prompts.</summary>
    /// <param name="clip">The model; the classifier gets a copy of its image encoder.</param>
    /// <param name="classNames">The classes, in the order of the logits.</param>
    /// <param name="templates">The sentences around them.</param>
    /// <param name="words">What stands for each class in its prompts; the class names if null.</param>
    /// <param name="cacheFolder">Where heads are kept, so that the same prompts are encoded once: by the same text encoder, vocabulary,
    /// words and templates, which a hash in the file's name stands for. Null (the default): nowhere.</param>
    /// <param name="progress">Is told how many prompts are encoded.</param>
    /// <param name="cancel">Stops between two batches of prompts.</param>
    /// <returns>A classifier whose logits are cosines times exp(logit scale); its bias is zero.</returns>
    /// <exception cref="ArgumentException">There is no class, or a class name is blank.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <remarks>Source: the paper, appendix D.2; mlfoundations/wise-ft src/models/zeroshot.py. For each class: unit vectors of its prompts,
    /// their mean, made a unit vector, times exp(logit scale). Prompts are encoded in order of length and cut at the longest of a batch,
    /// which causal attention makes exact.</remarks>
    public static ImageClassifier Build(
        ClipModel clip, IReadOnlyList<string> classNames, PromptTemplates templates, IReadOnlyList<string>? words = null,
        string? cacheFolder = null, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentNullException.ThrowIfNull(templates);
        Check.NotEmpty(classNames);
        RequireWords(classNames, words ?? classNames);
        using IDisposable grad = no_grad();
        words ??= classNames;
        using Tensor head = cacheFolder is null
            ? EncodeClasses(clip, words, templates, progress, cancel)
            : new ZeroShotHeadCache(Check.NotBlank(cacheFolder))
                .GetOrBuild(clip, words, templates, () => EncodeClasses(clip, words, templates, progress, cancel));
        using Tensor bias = zeros(classNames.Count);
        using var weights = new Weights(clip.ImageEncoder.Weights
            .Select(w => KeyValuePair.Create(ImageClassifier.EncoderPrefix + w.Key, w.Value.detach()))
            .Append(KeyValuePair.Create(ImageClassifier.HeadWeight, head.alias()))
            .Append(KeyValuePair.Create(ImageClassifier.HeadBias, bias.alias())));
        var spec = new ClassifierSpec
        {
            ClassNames = [.. classNames],
            EmbeddingDimension = clip.Config.EmbeddingDimension,
            Vision = clip.Config.Vision,
            Preprocessor = clip.Preprocessor,
            Templates = [.. templates],
        };
        return new ImageClassifier(spec, weights, clip.Device);
    }

    /// <summary>float32 (K, E): the head's rows.</summary>
    private static Tensor EncodeClasses(
        ClipModel clip, IReadOnlyList<string> words, PromptTemplates templates, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        Prompt[] prompts = [.. words.SelectMany((name, k) => templates.Apply(name).Select((text, t) =>
            Prompt.Create(k, t, clip.Tokenizer.EncodeIds(text), clip.Tokenizer.EndToken)))];
        Tensor sums = zeros(words.Count, clip.Config.EmbeddingDimension, device: clip.Device);
        using PackedWeights? packed = PackedWeights.For(prompts.Length);
        int done = 0;
        foreach (PromptGroup group in PromptGroup.Of(prompts, canShare: clip.Config.Text.Tower.Prefix is not null))
        {
            using TextPrefix? prefix = group.SharedLength > 0 ? Prefix(clip, group, packed) : null;
            new ImageScorer(ids => prefix is null ? clip.EncodeText(ids) : clip.TextEncoder.EncodeAfter(prefix, ids), clip.Device)
            {
                BatchSize = PromptsPerBatch,
                Packed = packed,
            }.Run(
                group.Prompts, batch => Ids(clip, batch, group.SharedLength),
                (first, features) =>
                {
                    AddUnits(sums, features, group.Prompts, first);
                    progress?.Report(new WorkProgress(done += (int)features.shape[0], prompts.Length));
                },
                progress: null, cancel, (prompt, _) => $"The class '{words[prompt.Class]}'");
        }
        using Scalar count = templates.Count, scale = Math.Exp(clip.LogitScale);
        Tensor means = sums.div(count);
        Tensor units = means / means.norm(-1, keepdim: true);                          // (K, E)
        Tensor head = units.mul(scale);
        ImageScorer.RequireFinite(head, k => $"The class '{words[k]}'");
        return head.MoveToOuterDisposeScope();
    }

    private static void RequireWords(IReadOnlyList<string> classNames, IReadOnlyList<string> words)
    {
        if (words.Count != classNames.Count)
            throw new ArgumentException(
                $"There are {words.Count} class names for the prompts and {classNames.Count} classes; " +
                "expected one for each, in their order.", nameof(words));
        for (int k = 0; k < words.Count; k++)
            if (string.IsNullOrWhiteSpace(words[k]))
                throw new ArgumentException(
                    $"Class name {k + 1} of {words.Count} is blank; expected the words for the class.", nameof(words));
    }

    private static TextPrefix Prefix(ClipModel clip, PromptGroup group, PackedWeights? packed)
    {
        using IDisposable products = Products.In(Precision.Float32, packed);
        using Tensor ids = tensor(
            group.Prompts[0].Ids.Take(group.SharedLength).Select(id => (long)id).ToArray(), device: clip.Device);
        return clip.TextEncoder.EncodePrefix(ids);
    }

    /// <summary>int64 (N, L): as much of a batch's ids as its longest prompt has, from a place on.</summary>
    private static Tensor Ids(ClipModel clip, IReadOnlyList<Prompt> batch, int start)
    {
        int end = clip.Config.Text.Tower.IsCausal ? batch[^1].Length : clip.Config.Text.ContextLength;
        long[] ids = [.. batch.SelectMany(p => p.Ids.Take(end).Skip(start)).Select(id => (long)id)];
        return tensor(ids).view(batch.Count, end - start);
    }

    private static void AddUnits(Tensor sums, Tensor features, IReadOnlyList<Prompt> prompts, int start) // (K, E), (N, E)
    {
        using var scope = NewDisposeScope();
        long[] classes = [.. prompts.Skip(start).Take((int)features.shape[0]).Select(p => (long)p.Class)];
        Tensor units = features / features.norm(-1, keepdim: true);                    // (N, E)
        sums.index_add_(0, tensor(classes, device: sums.device), units, Scalars.One);
    }

    private readonly record struct Prompt(int Class, int Template, int[] Ids, int Length)
    {
        public static Prompt Create(int @class, int template, int[] ids, int endToken) =>
            new(@class, template, ids, Array.IndexOf(ids, endToken) + 1);
    }

    /// <summary>Prompts that are encoded together, shorter ones first.</summary>
    /// <param name="Prompts">The prompts.</param>
    /// <param name="SharedLength">With how many tokens all of them begin; 0 where that is not made use of.</param>
    private sealed record PromptGroup(Prompt[] Prompts, int SharedLength)
    {
        private const int FewPrompts = 8; // with which batches would be too small

        /// <summary>Those of each template, which begin alike; all together where there are few classes, or nothing can be shared.
        /// </summary>
        public static IEnumerable<PromptGroup> Of(Prompt[] prompts, bool canShare)
        {
            Prompt[] ordered = [.. prompts.OrderBy(p => p.Length)];
            Prompt[][] byTemplate = [.. ordered.GroupBy(p => p.Template).Select(template => template.ToArray())];
            return !canShare || byTemplate[0].Length < FewPrompts
                ? [new(ordered, 0)]
                : byTemplate.Select(template => new PromptGroup(template, Shared(template)));
        }

        private static int Shared(Prompt[] prompts)
        {
            int shared = prompts[0].Length - 1; // the end token is not a part of it
            foreach (Prompt prompt in prompts) shared = Math.Min(shared, prompt.Ids.AsSpan().CommonPrefixLength(prompts[0].Ids));
            return shared;
        }
    }
}
