using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using Microsoft.Extensions.AI;
using WiseFt.Images;

namespace WiseFt.Extensions.AI.Tests;

/// <summary>What callers of the interface rely on: metadata, options, cancellation, and errors in words.</summary>
public sealed class ContractTests : IDisposable
{
    private readonly ClipEmbeddingGenerator _generator = Emoji.Load();

    [Fact]
    public void Metadata_SaysProviderModelAndDimensions()
    {
        var metadata = (EmbeddingGeneratorMetadata)_generator.GetService(typeof(EmbeddingGeneratorMetadata))!;

        metadata.ProviderName.Should().Be("wiseft");
        metadata.DefaultModelId.Should().Be("starter-clip");
        metadata.DefaultModelDimensions.Should().Be(Emoji.Dimensions);
    }

    [Fact]
    public void GetService_ByType_GivesItselfAndNothingUnderAKey()
    {
        _generator.Images.GetService(typeof(IEmbeddingGenerator<string, Embedding<float>>)).Should().BeSameAs(_generator);
        _generator.Texts.GetService(typeof(ClipEmbeddingGenerator)).Should().BeSameAs(_generator);
        _generator.GetService(typeof(ClipEmbeddingGenerator), "key").Should().BeNull();
        _generator.GetService(typeof(string)).Should().BeNull();
    }

    [Fact]
    public async Task Embeddings_SayTheirModel()
    {
        using ClipEmbeddingGenerator named = Emoji.Load(new ClipEmbeddingOptions { ModelId = "emoji" });

        (await named.GenerateAsync([Emoji.Dog]))[0].ModelId.Should().Be("emoji");
    }

    [Fact]
    public async Task Options_OfThisModel_AreTaken()
    {
        var own = new EmbeddingGenerationOptions { ModelId = "starter-clip", Dimensions = Emoji.Dimensions };

        (await _generator.GenerateAsync([Emoji.Dog], own)).Should().HaveCount(1);
        (await _generator.GenerateAsync(Emoji.Contents[..1], own)).Should().HaveCount(1);
    }

    [Theory]
    [InlineData(64, null, "*dimensions asked for are 64, and starter-clip gives 128*")]
    [InlineData(null, "other", "*model asked for is other, and this generator's starter-clip*")]
    public async Task Options_OfAnotherModel_AreRefused(int? dimensions, string? model, string words)
    {
        var other = new EmbeddingGenerationOptions { ModelId = model, Dimensions = dimensions };

        await _generator.Awaiting(g => g.GenerateAsync([Emoji.Dog], other)).Should().ThrowAsync<ArgumentException>().WithMessage(words);
        await _generator.Awaiting(g => g.GenerateAsync(Emoji.Contents, other)).Should().ThrowAsync<ArgumentException>().WithMessage(words);
    }

    [Fact]
    public async Task Cancellation_BeforeTheCall_ReadsNothing()
    {
        var cancelled = new CancellationToken(canceled: true);

        await _generator.Awaiting(g => g.GenerateAsync([Emoji.Dog], null, cancelled)).Should().ThrowAsync<OperationCanceledException>();
        await _generator.Awaiting(g => g.GenerateAsync(Emoji.Contents, null, cancelled)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Cancellation_DuringABatch_StopsBeforeTheNext()
    {
        using ClipEmbeddingGenerator oneByOne = Emoji.Load(new ClipEmbeddingOptions { BatchSize = 1 });
        using var stop = new CancellationTokenSource();
        byte[] image = File.ReadAllBytes(Emoji.Paths[0]);
        var second = new WatchedBytes(image, stop.Cancel);
        var third = new WatchedBytes(image, () => { });
        DataContent[] contents = [Emoji.Contents[0], new(second.Memory, "image/png"), new(third.Memory, "image/png")];

        await oneByOne.Awaiting(g => g.GenerateAsync(contents, null, stop.Token)).Should().ThrowAsync<OperationCanceledException>();

        second.IsRead.Should().BeTrue();
        third.IsRead.Should().BeFalse();
    }

    [Fact]
    public async Task Content_OfAnotherKind_IsRefusedByItsPlaceAndType()
    {
        DataContent[] contents = [Emoji.Contents[0], new("words"u8.ToArray(), "text/plain") { Name = "notes.txt" }];

        await _generator.Awaiting(g => g.GenerateAsync(contents)).Should().ThrowAsync<ArgumentException>()
            .WithMessage("image 2 (notes.txt) has the media type text/plain; expected an image*");
    }

    [Fact]
    public async Task Content_WithoutBytes_IsRefused() =>
        await _generator.Awaiting(g => g.GenerateAsync([new DataContent("data:image/png;base64,")])).Should()
            .ThrowAsync<ArgumentException>().WithMessage("image 1 has no bytes*");

    [Fact]
    public async Task Content_Null_IsRefused()
    {
        await _generator.Awaiting(g => g.GenerateAsync([Emoji.Contents[0], null!])).Should().ThrowAsync<ArgumentException>()
            .WithMessage("image 2 is null*");
        await _generator.Awaiting(g => g.GenerateAsync([Emoji.Dog, null!])).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task Image_Damaged_IsNamed()
    {
        byte[] half = File.ReadAllBytes(Emoji.Paths[0])[..200];

        await _generator.Awaiting(g => g.GenerateAsync([Emoji.Contents[0], new DataContent(half, "image/png")])).Should()
            .ThrowAsync<ImageException>().WithMessage("image 2*");
    }

    [Fact]
    public async Task Image_WhoseHeaderClaimsTooManyPixels_IsRefusedByTheHeaderAlone()
    {
        var bomb = new DataContent(PngHeader(20_000, 20_000), "image/png");

        await _generator.Awaiting(g => g.GenerateAsync([bomb])).Should().ThrowAsync<ImageException>().WithMessage("image 1*400*pixels*");
    }

    [Fact]
    public async Task Image_AboveTheLimitOfTheOptions_IsRefused()
    {
        using ClipEmbeddingGenerator careful =
            Emoji.Load(new ClipEmbeddingOptions { Decoding = ImageDecoding.Default with { MaxPixels = 100 } });

        await careful.Awaiting(g => g.GenerateAsync(Emoji.Contents)).Should().ThrowAsync<ImageException>().WithMessage("image 1*100*");
    }

    public void Dispose() => _generator.Dispose();

    /// <summary>The beginning of a PNG, with a header that is whole.</summary>
    private static byte[] PngHeader(int width, int height)
    {
        byte[] chunk = [.. "IHDR"u8, 0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk.AsSpan(4), width);
        BinaryPrimitives.WriteInt32BigEndian(chunk.AsSpan(8), height);
        var checksum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.HashToUInt32(chunk));
        return [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n', 0, 0, 0, 13, .. chunk, .. checksum];
    }

    /// <summary>Bytes that say when they are read.</summary>
    private sealed class WatchedBytes(byte[] bytes, Action read) : MemoryManager<byte>
    {
        public bool IsRead { get; private set; }

        public override Memory<byte> Memory => CreateMemory(bytes.Length); // the base's reads the bytes for their length

        public override Span<byte> GetSpan()
        {
            IsRead = true;
            read();
            return bytes;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
        }
    }
}
