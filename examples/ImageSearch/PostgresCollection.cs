using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Npgsql;
using Pgvector;

namespace ImageSearch;

/// <summary>A vector store in PostgreSQL with pgvector, as small as it can be: a table a collection, a column a property, no index, and
/// no filters.</summary>
/// <param name="source">The database, opened with <c>UseVector</c>.</param>
/// <param name="name">The table.</param>
/// <param name="definition">Properties, and the generator of their vectors.</param>
internal sealed class PostgresCollection<TRecord>(NpgsqlDataSource source, string name, VectorStoreCollectionDefinition definition)
    : VectorStoreCollection<string, TRecord>
    where TRecord : class
{
    private readonly CollectionModel _model = VectorModel.Of<string, TRecord>(definition);

    /// <inheritdoc/>
    public override string Name => name;

    private string Table => Quoted(name);

    private string Key => Quoted(_model.KeyProperty.StorageName);

    private string Vector => Quoted(_model.VectorProperty.StorageName);

    private PropertyModel[] Texts => [_model.KeyProperty, .. _model.DataProperties];

    private string TextColumns => string.Join(", ", Texts.Select(text => Quoted(text.StorageName)));

    /// <inheritdoc/>
    public override async Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default)
    {
        await using NpgsqlCommand command = Command("SELECT to_regclass($1) IS NOT NULL", Table);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <inheritdoc/>
    public override async Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default)
    {
        await ExecuteAsync("CREATE EXTENSION IF NOT EXISTS vector", cancellationToken);
        await source.ReloadTypesAsync(cancellationToken); // the extension's type may be new to the connection
        string columns = string.Concat(_model.DataProperties.Select(text => $"{Quoted(text.StorageName)} text, "));
        await ExecuteAsync(
            $"CREATE TABLE IF NOT EXISTS {Table} ({Key} text PRIMARY KEY, {columns}{Vector} vector({_model.VectorProperty.Dimensions}))",
            cancellationToken);
    }

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default) =>
        ExecuteAsync($"DROP TABLE IF EXISTS {Table}", cancellationToken);

    /// <inheritdoc/>
    public override async Task<TRecord?> GetAsync(
        string key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        await using NpgsqlCommand command = Command($"SELECT {TextColumns} FROM {Table} WHERE {Key} = $1", key);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord, bool>> filter, int top, FilteredRecordRetrievalOptions<TRecord>? options = null,
        CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("This store has no filters; a connector that translates them to SQL has.");

    /// <inheritdoc/>
    public override Task DeleteAsync(string key, CancellationToken cancellationToken = default) =>
        ExecuteAsync($"DELETE FROM {Table} WHERE {Key} = $1", cancellationToken, key);

    /// <inheritdoc/>
    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default) =>
        UpsertAsync([record], cancellationToken);

    /// <inheritdoc/>
    public override async Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        TRecord[] rows = [.. records];
        var vectors = await VectorModel.OfRecordsAsync(_model.VectorProperty, rows, cancellationToken);
        string[] columns = [.. Texts.Select(text => Quoted(text.StorageName)), Vector];
        string places = string.Join(", ", columns.Select((_, i) => $"${i + 1}")),
            changes = string.Join(", ", columns.Skip(1).Select(column => $"{column} = EXCLUDED.{column}"));
        string sql = $"INSERT INTO {Table} ({string.Join(", ", columns)}) VALUES ({places}) ON CONFLICT ({Key}) DO UPDATE SET {changes}";
        await using NpgsqlBatch batch = source.CreateBatch();
        foreach (var (row, vector) in rows.Zip(vectors))
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (object value in Texts.Select(text => text.GetValueAsObject(row) ?? DBNull.Value).Append(new Vector(vector)))
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            batch.BatchCommands.Add(command);
        }
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (options is { Filter: not null } or { ScoreThreshold: not null })
            throw new NotSupportedException("This store has neither filters nor thresholds.");
        ReadOnlyMemory<float> wanted = await VectorModel.OfSearchAsync(_model.VectorProperty, searchValue, cancellationToken);
        await using NpgsqlCommand command = Command(
            $"SELECT {TextColumns}, 1 - ({Vector} <=> $1) FROM {Table} ORDER BY {Vector} <=> $1 LIMIT $2 OFFSET $3",
            new Vector(wanted), top, options?.Skip ?? 0);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            yield return new VectorSearchResult<TRecord>(Read(reader), reader.GetDouble(Texts.Length));
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    private static string Quoted(string identifier) => '"' + identifier.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    private TRecord Read(NpgsqlDataReader reader)
    {
        TRecord record = _model.CreateRecord<TRecord>()!;
        foreach (var (i, text) in Texts.Index()) text.SetValueAsObject(record, reader.IsDBNull(i) ? null : reader.GetString(i));
        return record;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        NpgsqlCommand command = source.CreateCommand(sql);
        foreach (object value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancel, params object[] values)
    {
        await using NpgsqlCommand command = Command(sql, values);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
