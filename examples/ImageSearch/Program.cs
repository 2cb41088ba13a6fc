// Search of a folder of images by text, and by image, through Microsoft.Extensions.VectorData. The store is in memory, or PostgreSQL
// with pgvector where a connection is given.
//
//   dotnet run -c Release --project examples/ImageSearch                                      5 seconds on two cores
//   dotnet run -c Release --project examples/ImageSearch -- "an emoji of a bird" FOLDER "Host=localhost;Username=me;Database=photos"
//
// Expected output:
//   an emoji of a vehicle, among 421 images:
//     0.643  vehicle/1f3cd.png
//     0.635  vehicle/1f68e.png
//     0.631  vehicle/1f69b.png
//     0.606  vehicle/1f691.png
//     0.598  household item/1f6d2.png
//   Like the first of them:
//     1.000  vehicle/1f3cd.png
//     0.752  vehicle/1f69b.png
//     0.715  vehicle/1f68e.png
using ImageSearch;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Npgsql;
using WiseFt.Extensions.AI;

string text = args.ElementAtOrDefault(0) ?? "an emoji of a vehicle";
string folder = args.ElementAtOrDefault(1) ?? "examples/data/emoji-shift/shifts/twemoji";
string? connection = args.ElementAtOrDefault(2);

// One object makes vectors of images and of texts: the store asks it for those of what is kept and of what is searched for.
using var clip = ClipEmbeddingGenerator.Load("examples/data/starter-clip"); // or openai/clip-vit-base-patch32, or what wiseft train left
VectorStoreCollectionDefinition definition = Photo.Definition(clip);
await using NpgsqlDataSource? database = connection is null ? null : Open(connection);
using VectorStoreCollection<string, Photo> photos = database is null
    ? new InMemoryCollection<string, Photo>("photos", definition)
    : new PostgresCollection<Photo>(database, "photos", definition);

await photos.EnsureCollectionExistsAsync();
string[] files = Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories);
foreach (string[] some in files.Order(StringComparer.Ordinal).Chunk(256))
    await photos.UpsertAsync(await Task.WhenAll(some.Select(ReadAsync)));

Console.WriteLine($"{text}, among {files.Length} images:");
List<VectorSearchResult<Photo>> found = await photos.SearchAsync(text, top: 5).ToListAsync();
Print(found);
Console.WriteLine("Like the first of them:");
Print(await photos.SearchAsync((await ReadAsync(found[0].Record.Path)).Image!, top: 3).ToListAsync());

static async Task<Photo> ReadAsync(string path) => new()
{
    Path = path,
    Folder = Path.GetFileName(Path.GetDirectoryName(path))!,
    Image = await DataContent.LoadFromAsync(path),
};

static void Print(List<VectorSearchResult<Photo>> results)
{
    foreach (VectorSearchResult<Photo> result in results)
        Console.WriteLine(
            FormattableString.Invariant($"  {result.Score:0.000}  {result.Record.Folder}/{Path.GetFileName(result.Record.Path)}"));
}

static NpgsqlDataSource Open(string connection)
{
    var builder = new NpgsqlDataSourceBuilder(connection);
    builder.UseVector();
    return builder.Build();
}
