using System.Collections.Immutable;
using WiseFt.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WiseFt.Models;

/// <summary>A family of image encoders as data: all that is asked of one outside its network.</summary>
/// <remarks>A new family is a row here, the class of its network, what tells it in <see cref="VisionConfig.Tower"/>, and a row in
/// <see cref="ModelFamily.All"/>. Its ONNX graph is the exporter's; whether another library knows it is for that library's format to
/// say.</remarks>
internal sealed class ImageTower
{
    /// <summary>A vision transformer with a class token.</summary>
    public static ImageTower VisionTransformer { get; } = new()
    {
        Name = "ViT",
        Create = (config, e) => new VisionTransformer(config, e),
        Tensors = Models.VisionTransformer.Tensors,
        Validate = _ => { },
        AttentionWidth = config => config.Width,
        Depth = config => FormattableString.Invariant($" patch {config.PatchSize}, {config.Layers} layer{(config.Layers == 1 ? "" : "s")}"),
        HasMlp = true,
        ExtraTokens = 1,
        Stages = network => ((VisionTransformer)network).Stages(),
        Positions = (Models.VisionTransformer.PositionName, Models.VisionTransformer.ResizePositions),
    };

    /// <summary>CLIP's ResNet with an attention pool, whose mean is the token beside the patches.</summary>
    /// <remarks>It has no stages: its batch normalisation would gather its statistics twice if a stage were computed twice.</remarks>
    public static ImageTower ModifiedResNet { get; } = new()
    {
        Name = "ModifiedResNet",
        Create = (config, e) => new ModifiedResNet(config, e),
        Tensors = Models.ModifiedResNet.Tensors,
        Validate = Models.ModifiedResNet.Validate,
        AttentionWidth = config => (long)Models.ModifiedResNet.Expansion * config.Width,
        Depth = config => $", blocks {string.Join("-", config.ResNet!.Counts)}",
        HasMlp = false,
        ExtraTokens = 1,
    };

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>Makes a network whose weights wait to be filled, of its shape and of the length E of its features.</summary>
    public required Func<VisionConfig, int, Module<Tensor, Tensor>> Create { get; init; }

    /// <summary>Every tensor of the network under OpenAI's names, without making any.</summary>
    public required Func<VisionConfig, long, ImmutableArray<TensorInfo>> Tensors { get; init; }

    /// <summary>Throws an <see cref="ArgumentException"/> where numbers do not fit together that fit in another family.</summary>
    public required Action<VisionConfig> Validate { get; init; }

    /// <summary>Length of the vectors that attention works on.</summary>
    public required Func<VisionConfig, long> AttentionWidth { get; init; }

    /// <summary>How its depth is told to people, between resolution and width.</summary>
    public required Func<VisionConfig, string> Depth { get; init; }

    /// <summary>Whether its blocks have an MLP, so that the MLP's width and the activation in a configuration say something.</summary>
    public required bool HasMlp { get; init; }

    /// <summary>How many tokens there are beside the patches'.</summary>
    public required int ExtraTokens { get; init; }

    /// <summary>The network's forward pass in stages, each of which takes what the one before gives and may be computed twice; null where
    /// none may.</summary>
    public Func<Module<Tensor, Tensor>, IReadOnlyList<Func<Tensor, Tensor>>>? Stages { get; init; }

    /// <summary>OpenAI's name of the position embeddings, and how they are fitted to another number of patches a side; null where a network
    /// takes one resolution alone.</summary>
    public (string Name, Func<Tensor, int, Tensor> Resize)? Positions { get; init; }
}
