// The method without ML.NET: zero-shot head, fine-tuning, and the mixture of two sets of weights on disk.
//
//   dotnet run -c Release --project examples/MixTwoCheckpoints          10 seconds on two cores
//
// Expected output (the folder is a new one each time):
//   Mixed 70 tensors, 2305263 parameters, into /tmp/wiseft-HHMFQz
//   A dog is a mammal (0.89)
using WiseFt;
using static TorchSharp.torch;

const string Data = "examples/data/emoji-shift";
string folder = Directory.CreateTempSubdirectory("wiseft-").FullName, zeroShotFile = Path.Combine(folder, "zeroshot.safetensors"),
    fineTunedFile = Path.Combine(folder, "finetuned.safetensors");

// Two checkpoints, as `wiseft train` would leave them.
LabelledImages training = LabelledImages.FromFolder($"{Data}/reference/train");
using (ClipModel clip = ClipModel.Load("examples/data/starter-clip"))
using (ImageClassifier zeroShot = ZeroShotHead.Build(clip, training.ClassNames, PromptTemplates.FromFile($"{Data}/templates.txt")))
using (ImageClassifier fineTuned = FineTuner.Run(
    zeroShot, training, new FineTuningOptions { Mode = FineTuningMode.LinearClassifier, Epochs = 5, LearningRate = 1e-2, BatchSize = 32 }))
{
    zeroShot.Save(zeroShotFile);
    fineTuned.Save(fineTunedFile);
}

// Their mixture: theta = (1 - alpha) * zero-shot + alpha * fine-tuned, for every weight.
using ImageClassifier first = ImageClassifier.Load(zeroShotFile), second = ImageClassifier.Load(fineTunedFile);
using Weights theta = WeightSpace.Interpolate(first.Weights, second.Weights, alpha: 0.5);
using ImageClassifier mixture = first.WithWeights(theta);
mixture.Save(Path.Combine(folder, "mixture.safetensors"));
Console.WriteLine($"Mixed {theta.Count} tensors, {theta.ParameterCount} parameters, into {folder}");

using Tensor pixels = mixture.Preprocessor.Load([$"{Data}/shifts/twemoji/mammal/1f415.png"]);
using Tensor logits = mixture.Forward(pixels), probabilities = logits.softmax(-1);
int best = (int)logits.argmax(1).item<long>();
Console.WriteLine(FormattableString.Invariant($"A dog is a {mixture.ClassNames[best]} ({probabilities[0, best].item<float>():0.00})"));
