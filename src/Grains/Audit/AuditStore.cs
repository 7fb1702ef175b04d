using System.Text.Json;
using EndpointSync.Grains.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace EndpointSync.Grains.Audit;

/// <summary>The audit in the cluster's database.</summary>
internal sealed class AuditStore(NpgsqlDataSource source)
{
    private static readonly SqlFile Sql = SqlFile.Of<AuditStore>();

    /// <summary>
    /// Records that an operation is about to be done. The row is durable when this returns, so nothing is done without
    /// a trace, whatever fails next.
    /// </summary>
    /// <returns>The row's id.</returns>
    public async Task<long> BeginAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(PostgresCommands.CommitDurably, cancellationToken);
        var id = await connection.ScalarAsync<long>(
            Sql["begin"], cancellationToken, Text(entry.Silo), Text(entry.Principal), Text(entry.Role),
            Text(entry.Address), Text(entry.RequestId), Text(entry.Operation), Text(entry.Registry),
            Text(entry.Target));
        await transaction.CommitAsync(cancellationToken);
        return id;
    }

    /// <summary>Records how an operation ended that was begun.</summary>
    public async Task CompleteAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            Sql["complete"], cancellationToken, PostgresCommands.Value(entry.Id), Text($"{entry.Outcome}"),
            PostgresCommands.IntegerOrNull(entry.Status), Text(entry.Detail), Text(entry.Target), Json(entry.Before),
            Json(entry.After), PostgresCommands.NumberOrNull(entry.Version));
    }

    /// <summary>Records operations that have ended.</summary>
    /// <returns>The ids of the rows.</returns>
    public async Task<List<long>> AddAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(
            Sql["add"], row => row.Long("id"), cancellationToken,
            Array(entries, NpgsqlDbType.TimestampTz, entry => entry.OccurredAt.ToUniversalTime()),
            Texts(entries, entry => entry.Silo), Texts(entries, entry => entry.Principal),
            Texts(entries, entry => entry.Role), Texts(entries, entry => entry.Address),
            Texts(entries, entry => entry.RequestId), Texts(entries, entry => entry.Operation),
            Texts(entries, entry => entry.Registry), Texts(entries, entry => entry.Target),
            Texts(entries, entry => $"{entry.Outcome}"), Array(entries, NpgsqlDbType.Integer, entry => entry.Status),
            Texts(entries, entry => entry.Detail), Array(entries, NpgsqlDbType.Bigint, entry => entry.Version),
            Array(entries, NpgsqlDbType.Bigint, entry => entry.Count));
    }

    /// <summary>Records how many requests a row stands for, and the version that the last of them found.</summary>
    public async Task SetCountAsync(long id, long count, long? version, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            Sql["set_count"], cancellationToken, PostgresCommands.Value(id), PostgresCommands.Value(count),
            PostgresCommands.NumberOrNull(version));
    }

    /// <summary>The entries that a query selects, newest first.</summary>
    public async Task<AuditPage> ListAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var entries = await connection.ListAsync(
            Sql["list"], Read, cancellationToken, Text(query.Registry), Text(query.Principal), Text(query.Operation),
            Text(query.Outcome?.ToString()), Time(query.Since), Time(query.Until),
            PostgresCommands.NumberOrNull(query.Before), PostgresCommands.Value(query.Limit + 1));
        return entries.Count > query.Limit
            ? new AuditPage(entries[..query.Limit], entries[query.Limit - 1].Id)
            : new AuditPage(entries, null);
    }

    /// <summary>Deletes some of the entries that are too old, unless another silo is about to.</summary>
    /// <returns>How many were deleted; as many as <paramref name="most"/> if there may be more.</returns>
    public Task<int> DeleteOldAsync(TimeSpan retention, int most, CancellationToken cancellationToken) =>
        OldRows.DeleteAsync(
            source, "audit", Sql["delete_old"], cancellationToken, PostgresCommands.Value(retention),
            PostgresCommands.Value(most));

    private static AuditEntry Read(NpgsqlDataReader row) => new()
    {
        Id = row.Long("id"),
        OccurredAt = row.Time("occurred_at"),
        Silo = row.Text("silo"),
        Principal = row.Text("principal"),
        Role = row.TextOrNull("role"),
        Address = row.TextOrNull("address"),
        RequestId = row.TextOrNull("request_id"),
        Operation = row.Text("operation"),
        Registry = row.TextOrNull("registry"),
        Target = row.TextOrNull("target"),
        Before = State(row, "state_before"),
        After = State(row, "state_after"),
        Outcome = Enum.Parse<AuditOutcome>(row.Text("outcome")),
        Status = row.StructOrNull<int>("status"),
        Detail = row.TextOrNull("detail"),
        Version = row.StructOrNull<long>("version"),
        Count = row.Long("count"),
    };

    private static JsonElement? State(NpgsqlDataReader row, string column) =>
        row.TextOrNull(column) is { } json ? JsonElement.Parse(json) : null;

    // Callers choose some of the text, and Postgres stores no character U+0000.
    private static NpgsqlParameter Text(string? text) => PostgresCommands.TextOrNull(Storable(text));

    private static string? Storable(string? text) => text?.Replace("\0", "\\0", StringComparison.Ordinal);

    private static NpgsqlParameter Json(JsonElement? state) =>
        new() { Value = (object?)state?.GetRawText() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb };

    private static NpgsqlParameter Time(DateTimeOffset? time) =>
        new() { Value = (object?)time?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static NpgsqlParameter Texts(IReadOnlyList<AuditEntry> entries, Func<AuditEntry, string?> column) =>
        Array(entries, NpgsqlDbType.Text, entry => Storable(column(entry)));

    private static NpgsqlParameter Array<T>(
        IReadOnlyList<AuditEntry> entries, NpgsqlDbType type, Func<AuditEntry, T> column) =>
        new() { Value = entries.Select(column).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
}
