using System.Text.Json.Nodes;
using WiseFt.Classification;
using WiseFt.Files;
using WiseFt.Images;
using WiseFt.Models;

namespace WiseFt.Tests;

public sealed class ClassifierSpecTests : IDisposable
{
    private const string Key = "wiseft.classifier";

    private readonly TemporaryFolder _folder = new();
    private readonly ImageClassifier _zeroShot;

    public ClassifierSpecTests()
    {
        using ClipModel clip = ClipModel.Load(Fixtures.Path("models/openai-safetensors"));
        _zeroShot = ZeroShotHead.Build(clip, ["tench", "shark"], new PromptTemplates("two", ["a {}.", "the {}."]));
    }

    public void Dispose()
    {
        _zeroShot.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Save_Metadata_HasTheKeysOfTheFormat_AndTemplatesWhereTheyAreKnown()
    {
        string[] keys = ["format_version", "class_names", "embedding_dimension", "vision", "preprocessing"];
        Describe(_zeroShot).Select(m => m.Key).Should().Equal([.. keys, "templates"]);
        using var unknown = new ImageClassifier(_zeroShot.Spec with { Templates = null }, _zeroShot.Weights);
        Describe(unknown).Select(m => m.Key).Should().Equal(keys);
    }

    [Fact]
    public void Load_WhatWasSaved_HasTheSameSpec()
    {
        using ImageClassifier trained = _zeroShot.WithWeights(_zeroShot.Weights);
        trained.Save(_folder.At("saved.safetensors"));
        using ImageClassifier loaded = ImageClassifier.Load(_folder.At("saved.safetensors"));
        loaded.Spec.Should().BeEquivalentTo(_zeroShot.Spec);
        loaded.Spec.Templates.Should().Equal("a {}.", "the {}.");
    }

    [Fact]
    public void ClassNames_Empty_AreRefused()
    {
        FluentActions.Invoking(() => _zeroShot.Spec with { ClassNames = [] })
            .Should().Throw<ArgumentException>().WithMessage("*ClassNames is an empty list*");
        FluentActions.Invoking(() => _zeroShot.Spec with { ClassNames = default })
            .Should().Throw<ArgumentException>().WithMessage("*ClassNames is an empty list*");
        FluentActions.Invoking(() => _zeroShot.Spec with { EmbeddingDimension = 0 })
            .Should().Throw<ArgumentException>().WithMessage("*EmbeddingDimension is 0*");
    }

    private JsonObject Describe(ImageClassifier classifier)
    {
        classifier.Save(_folder.At("described.safetensors"));
        using SafetensorsFile file = SafetensorsFile.Open(_folder.At("described.safetensors"));
        return JsonNode.Parse(file.Metadata[Key])!.AsObject();
    }
}
