using Microsoft.Extensions.AI;
using Microsoft.ML;
using Microsoft.ML.Data;
using WiseFt.ML;

namespace WiseFt.Extensions.AI.Tests;

/// <summary>The vectors are those of ML.NET's components, however many come at once.</summary>
public sealed class VectorTests
{
    private const double Tolerance = 1e-6;

    private readonly MLContext _mlContext = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Images_AreWhatClipImageEmbeddingGives(bool normalize)
    {
        var options = new ClipImageEmbeddingEstimator.Options { ModelPath = Emoji.ModelPath, Normalize = normalize };
        IDataView data = _mlContext.Data.LoadFromEnumerable(Emoji.Paths.Select(p => new { ImagePath = p }).ToArray());
        using ClipImageEmbeddingTransformer component = _mlContext.Transforms.ClipImageEmbedding(options).Fit(data);
        using ClipEmbeddingGenerator generator = Emoji.Load(new ClipEmbeddingOptions { Normalize = normalize });

        float[][] vectors = (await generator.GenerateAsync(Emoji.Contents)).Rows();

        Emoji.Difference(vectors, [.. component.Transform(data).GetColumn<float[]>("Features")]).Should().BeLessThan(Tolerance);
    }

    [Theory]
    [InlineData(true, 100)]
    [InlineData(false, 100)]
    [InlineData(false, 1)]
    public async Task Texts_AreWhatClipTextEmbeddingGives(bool normalize, int words)
    {
        string[] texts = [Emoji.Dog, "", "ein Haus", string.Join(' ', Enumerable.Repeat("word", words)), Emoji.Dog];
        var options = new ClipTextEmbeddingEstimator.Options { ModelPath = Emoji.ModelPath, Normalize = normalize };
        IDataView data = _mlContext.Data.LoadFromEnumerable(texts.Select(t => new { Text = t }).ToArray());
        using ClipTextEmbeddingTransformer component = _mlContext.Transforms.ClipTextEmbedding(options).Fit(data);
        using ClipEmbeddingGenerator generator = Emoji.Load(new ClipEmbeddingOptions { Normalize = normalize });

        float[][] vectors = (await generator.GenerateAsync(texts)).Rows();

        Emoji.Difference(vectors, [.. component.Transform(data).GetColumn<float[]>("Features")]).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public async Task Texts_AmongLongerOnes_HaveTheSameVectors()
    {
        using ClipEmbeddingGenerator generator = Emoji.Load();
        string longest = string.Join(' ', Enumerable.Repeat("word", 100));

        float[][] alone = (await generator.GenerateAsync([Emoji.Dog])).Rows();
        float[][] among = (await generator.GenerateAsync([Emoji.Dog, longest])).Rows()[..1];

        Emoji.Difference(alone, among).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public async Task Vectors_ByDefault_AreUnitVectors()
    {
        using ClipEmbeddingGenerator generator = Emoji.Load();

        float[][] images = (await generator.GenerateAsync(Emoji.Contents)).Rows();
        float[][] texts = (await generator.GenerateAsync([Emoji.Dog])).Rows();

        images.Concat(texts).Should().OnlyContain(v => v.Length == Emoji.Dimensions && Math.Abs(v.Sum(x => (double)x * x) - 1) < 1e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task BatchSize_Any_GivesTheSameVectorsInTheirOrder(int batchSize)
    {
        using ClipEmbeddingGenerator one = Emoji.Load(), other = Emoji.Load(new ClipEmbeddingOptions { BatchSize = batchSize });

        float[][] expected = (await one.GenerateAsync(Emoji.Contents)).Rows(), vectors = (await other.GenerateAsync(Emoji.Contents)).Rows();

        Emoji.Difference(vectors, expected).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public async Task Nothing_GivesNothing()
    {
        using ClipEmbeddingGenerator generator = Emoji.Load();

        (await generator.GenerateAsync(Array.Empty<DataContent>())).Should().BeEmpty();
        (await generator.GenerateAsync(Array.Empty<string>())).Usage!.InputTokenCount.Should().Be(0);
    }

    [Fact]
    public async Task Texts_Usage_CountsTokensWithStartAndEnd()
    {
        const int contextLength = 32; // the built-in model's
        using ClipEmbeddingGenerator generator = Emoji.Load();

        var embeddings = await generator.GenerateAsync(["dog", "", string.Join(' ', Enumerable.Repeat("dog", 100))]);

        embeddings.Usage!.InputTokenCount.Should().Be(3 + 2 + contextLength, "the longest text is cut at the context length");
    }

    [Fact]
    public async Task Concurrent_Callers_GetTheVectorsOfTheirOwnInputs()
    {
        using ClipEmbeddingGenerator generator = Emoji.Load();
        float[][] images = (await generator.GenerateAsync(Emoji.Contents)).Rows();
        float[][] text = (await generator.GenerateAsync([Emoji.Dog])).Rows();

        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, cancel) =>
        {
            int start = i % (Emoji.Contents.Length - 3), count = 1 + i % 3;
            float[][] own = (await generator.GenerateAsync(Emoji.Contents[start..(start + count)], cancellationToken: cancel)).Rows();
            Emoji.Difference(own, images[start..(start + count)]).Should().BeLessThan(Tolerance);
            float[][] ownText = (await generator.GenerateAsync([Emoji.Dog], cancellationToken: cancel)).Rows();
            Emoji.Difference(ownText, text).Should().BeLessThan(Tolerance);
        });
    }

    [Fact]
    public async Task Dispose_DuringCalls_LetsThemEndOrRefusesThem()
    {
        ClipEmbeddingGenerator generator = Emoji.Load();
        float[][] expected = (await generator.GenerateAsync(Emoji.Contents)).Rows();
        Task<GeneratedEmbeddings<Embedding<float>>>[] calls =
            [.. Enumerable.Range(0, 8).Select(_ => generator.GenerateAsync(Emoji.Contents))];

        generator.Dispose();
        generator.Dispose();

        foreach (var call in calls)
        {
            try
            {
                Emoji.Difference((await call).Rows(), expected).Should().BeLessThan(Tolerance);
            }
            catch (ObjectDisposedException)
            {
                // It had not begun.
            }
        }
        await generator.Awaiting(g => g.GenerateAsync([Emoji.Dog])).Should().ThrowAsync<ObjectDisposedException>();
    }
}
