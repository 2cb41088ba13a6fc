using System.Collections.Immutable;
using System.Text.Json.Serialization;
using WiseFt.Files;
using WiseFt.Models;
using WiseFt.Training;

namespace WiseFt.Runs;

internal sealed partial class TrainedModel
{
    /// <summary>What <c>config.json</c> holds.</summary>
    internal sealed record Settings
    {
        /// <summary>Names of the classes, in the order of the head's rows.</summary>
        public required ImmutableArray<string> ClassNames { get; init; }

        /// <summary>The words that stood for the classes in the prompts.</summary>
        public required ImmutableArray<string> PromptWords { get; init; }

        /// <summary>The prompt templates, one a string.</summary>
        public required ImmutableArray<string> Templates { get; init; }

        /// <summary>Mixing coefficient of the mixture on disk.</summary>
        public required double Alpha { get; init; }

        /// <summary>The recipe.</summary>
        public required FineTuningOptions Options { get; init; }

        /// <summary>Where the CLIP model was read from, as it was given.</summary>
        public required string Model { get; init; }

        /// <summary>Where its vocabulary was read from; null for its own.</summary>
        public string? Vocabulary { get; init; }

        /// <summary>The activation that was given for it; null for what its files say.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public Activation? Activation { get; init; }

        /// <summary>Which of several models in its file it is; null for the one that is there.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? StateDict { get; init; }

        /// <summary>How its CLIP model is opened again.</summary>
        internal ClipOverrides Overrides => new(Vocabulary, Activation, StateDict);

        /// <summary>Opens the CLIP model that training began with, which has the text encoder; the caller disposes it.</summary>
        /// <param name="path">Where it is: <see cref="Model"/>, or where the caller says.</param>
        /// <param name="setting">By what the caller can say it.</param>
        /// <exception cref="CheckpointException">It is not there, or another one.</exception>
        internal ClipModel OpenClip(string path, string setting)
        {
            if (!Path.Exists(path) && !HuggingFaceHub.IsModelName(path))
                throw new CheckpointException(
                    $"{path}, from which the model was trained, is not there any more. Say with {setting} where the CLIP model is now.");
            if (HashOf(path) is var hash && hash != ModelSha256)
                throw new CheckpointException(
                    $"{path} is not the model that training started from: its SHA-256 is {hash[..12]}…, that of training " +
                    $"{ModelSha256[..12]}…. Say with {setting} where the original is.");
            return ClipModel.Open(path, Overrides, device: null);
        }

        /// <summary>XXH128 of the files with weights that were written with these settings; empty in folders of earlier versions.</summary>
        public ImmutableSortedDictionary<string, string> Checksums { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

        /// <summary>The recipe in a line, for those who read a report.</summary>
        internal string InWords() => FormattableString.Invariant(
            $"{(Images > 0 ? $"{Images} images, " : "")}{Mode}, {Options.Epochs} epochs, batch size {Options.BatchSize}, ") +
            FormattableString.Invariant($"learning rate {Options.LearningRate:0.###e+0}, seed {Options.Seed}");

        private string Mode => Options.Mode == FineTuningMode.EndToEnd ? "end to end" : "linear classifier";

        /// <summary>Says in words what another run is made of that this one is not: what decides the weights, and not alpha.</summary>
        internal IEnumerable<string> Differences(Settings other)
        {
            foreach (string option in TrainingIdentity.OptionDifferences(Options, other.Options)) yield return option;
            if (!ClassNames.SequenceEqual(other.ClassNames, ClassNameComparer.Instance))
                yield return $"the classes were {Listed.Counted(ClassNames)} and are {Listed.Counted(other.ClassNames)}";
            else if (!PromptWords.SequenceEqual(other.PromptWords) || !Templates.SequenceEqual(other.Templates))
                yield return "the prompts are others";
            if (ModelSha256 != other.ModelSha256) yield return $"the model was {Model} and is {other.Model}";
            if (ImagesSha256 is not null && ImagesSha256 != other.ImagesSha256)
                yield return $"the training images were {Images} and are {other.Images}, or others";
            if (ValidationSha256 != other.ValidationSha256) yield return TrainingIdentity.ValidationDifference;
        }

        /// <summary>How many images it was trained on; 0 in folders of earlier versions.</summary>
        public int Images { get; init; }

        /// <summary>SHA-256 over their labels and contents in order; null in folders of earlier versions.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? ImagesSha256 { get; init; }

        /// <summary>SHA-256 over the validation images, where early stopping let them decide on the epoch; null otherwise.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? ValidationSha256 { get; init; }

        /// <summary>The epoch whose weights early stopping kept, from 0; null where it is the last.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public int? KeptEpoch { get; init; }

        /// <summary>SHA-256 of the CLIP model's weights.</summary>
        public required string ModelSha256 { get; init; }
    }
}

/// <summary>What is known of the settings' types at build time.</summary>
[JsonSerializable(typeof(TrainedModel.Settings))]
internal sealed partial class TrainedModelJson : JsonSerializerContext;
