using ImageSearch;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.VectorData;

namespace WiseFt.Extensions.AI.Tests;

/// <summary>A store of Microsoft.Extensions.VectorData that keeps images is searched by text and by image.</summary>
public sealed class SearchTests
{
    [Fact]
    public async Task Search_ByText_FindsImagesOfItsClass()
    {
        using ClipEmbeddingGenerator generator = Emoji.Load();
        using InMemoryCollection<string, Photo> photos = await StoreAsync(generator);

        var found = await photos.SearchAsync("an emoji of a vehicle", top: 5).ToListAsync();

        found.Count(result => result.Record.Folder == "vehicle").Should().BeGreaterThan(3, "a quarter of the images are vehicles");
        found.Select(result => result.Score).Should().BeInDescendingOrder();
    }

    [Fact]
    public async Task Search_ByAKeptImage_FindsItFirst()
    {
        using ClipEmbeddingGenerator generator = Emoji.Load();
        using InMemoryCollection<string, Photo> photos = await StoreAsync(generator);

        var found = await photos.SearchAsync(Emoji.Contents[20], top: 1).ToListAsync();

        found.Should().ContainSingle().Which.Record.Path.Should().Be(Emoji.Paths[20]);
        found[0].Score.Should().BeApproximately(1, 1e-5);
    }

    [Fact]
    public async Task Search_ByAService_WithBuildersAround_TakesTextAndImages()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddWiseFtEmbeddings(Emoji.ModelPath).UseLogging().UseOpenTelemetry();
        await using ServiceProvider provider = services.BuildServiceProvider();
        using InMemoryCollection<string, Photo> photos = await StoreAsync(provider.GetRequiredService<IEmbeddingGenerator>());

        (await photos.SearchAsync("an emoji of the weather", top: 3).ToListAsync()).Should().HaveCount(3);
        (await photos.SearchAsync(Emoji.Contents[0], top: 1).ToListAsync())[0].Record.Path.Should().Be(Emoji.Paths[0]);
    }

    [Fact]
    public async Task Search_WithFilterAndThreshold_HoldsBoth()
    {
        using ClipEmbeddingGenerator generator = Emoji.Load();
        using InMemoryCollection<string, Photo> photos = await StoreAsync(generator);
        var options = new VectorSearchOptions<Photo> { Filter = photo => photo.Folder == "hand", ScoreThreshold = 0.5 };

        var found = await photos.SearchAsync("an emoji of a hand", top: 100, options).ToListAsync();

        found.Should().NotBeEmpty().And.OnlyContain(result => result.Record.Folder == "hand" && result.Score >= 0.5);
    }

    [Fact]
    public async Task Upsert_AgainAndDelete_ChangeWhatIsFound()
    {
        using ClipEmbeddingGenerator generator = Emoji.Load();
        using InMemoryCollection<string, Photo> photos = await StoreAsync(generator);

        await photos.UpsertAsync(new Photo { Path = Emoji.Paths[0], Folder = "changed", Image = Emoji.Contents[^1] });
        await photos.DeleteAsync(Emoji.Paths[^1]);

        (await photos.SearchAsync(Emoji.Contents[^1], top: 1).ToListAsync())[0].Record.Folder.Should().Be("changed");
        (await photos.GetAsync(Emoji.Paths[^1])).Should().BeNull();
        (await photos.GetAsync(photo => photo.Folder == "changed", top: 10).ToListAsync()).Should().ContainSingle();
    }

    private static async Task<InMemoryCollection<string, Photo>> StoreAsync(IEmbeddingGenerator generator)
    {
        var photos = new InMemoryCollection<string, Photo>("photos", Photo.Definition(generator));
        await photos.UpsertAsync(Emoji.Paths.Zip(Emoji.Contents, (path, content) => new Photo
        {
            Path = path,
            Folder = Path.GetFileName(Path.GetDirectoryName(path))!,
            Image = content,
        }));
        return photos;
    }
}
