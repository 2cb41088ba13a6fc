// A program in one file, without a project: class names instead of training.
//
//   dotnet run zeroshot.cs -- ../data/starter-clip dog,car,cup ../data/emoji-shift/shifts/twemoji/mammal/1f415.png
//
// Expected output:
//   dog
#:package WiseFt.ML@0.1.0
#:package TorchSharp-cpu@0.107.0
#:property PublishAot=false
using Microsoft.ML;

if (args is not [string model, string classes, string image])
{
    Console.Error.WriteLine("Expected a model, its classes with commas between them, and an image.");
    return 1;
}
var mlContext = new MLContext();
IDataView images = mlContext.Data.LoadFromEnumerable([new Photo { ImagePath = image }]);
ITransformer clip = mlContext.Transforms.ClipZeroShot(model, classNames: classes.Split(','))
    .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(images);
Console.WriteLine(mlContext.Data.CreateEnumerable<Guess>(clip.Transform(images), reuseRowObject: false).Single().PredictedLabel);
return 0;

internal sealed class Photo
{
    public string ImagePath { get; set; } = "";
}

internal sealed class Guess
{
    public string PredictedLabel { get; set; } = "";
}
