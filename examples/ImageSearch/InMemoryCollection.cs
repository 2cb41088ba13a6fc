using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace ImageSearch;

/// <summary>A vector store in memory, as small as it can be: every search looks at every record. For examples and tests.</summary>
/// <param name="name">The collection's name.</param>
/// <param name="definition">Properties, and the generator of their vectors.</param>
internal sealed class InMemoryCollection<TKey, TRecord>(string name, VectorStoreCollectionDefinition definition)
    : VectorStoreCollection<TKey, TRecord>
    where TKey : notnull
    where TRecord : class
{
    private readonly ConcurrentDictionary<TKey, (TRecord Record, ReadOnlyMemory<float> Vector)> _rows = new();
    private readonly CollectionModel _model = VectorModel.Of<TKey, TRecord>(definition);

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) => Task.FromResult(true);

    /// <inheritdoc/>
    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default)
    {
        _rows.Clear();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task<TRecord?> GetAsync(
        TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult<TRecord?>(_rows.TryGetValue(key, out var row) ? row.Record : null);

    /// <inheritdoc/>
    public override IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord, bool>> filter, int top, FilteredRecordRetrievalOptions<TRecord>? options = null,
        CancellationToken cancellationToken = default) => options?.OrderBy is null
        ? _rows.Values.Select(row => row.Record).Where(filter.Compile()).Skip(options?.Skip ?? 0).Take(top).ToAsyncEnumerable()
        : throw new NotSupportedException("This store does not sort; sort what it returns.");

    /// <inheritdoc/>
    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default)
    {
        _rows.TryRemove(key, out _);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default) =>
        UpsertAsync([record], cancellationToken);

    /// <inheritdoc/>
    public override async Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        TRecord[] batch = [.. records];
        var vectors = await VectorModel.OfRecordsAsync(_model.VectorProperty, batch, cancellationToken);
        foreach (var (record, vector) in batch.Zip(vectors)) _rows[(TKey)_model.KeyProperty.GetValueAsObject(record)!] = (record, vector);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ReadOnlyMemory<float> wanted = await VectorModel.OfSearchAsync(_model.VectorProperty, searchValue, cancellationToken);
        Func<TRecord, bool>? filter = options?.Filter?.Compile();
        var found = from row in _rows.Values
                    where filter?.Invoke(row.Record) ?? true
                    let cosine = TensorPrimitives.CosineSimilarity(wanted.Span, row.Vector.Span)
                    where options?.ScoreThreshold is not { } least || cosine >= least
                    orderby cosine descending
                    select new VectorSearchResult<TRecord>(row.Record, cosine);
        foreach (VectorSearchResult<TRecord> result in found.Skip(options?.Skip ?? 0).Take(top)) yield return result;
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
}
