using System.Text.Json;
using EndpointSync.Grains.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace EndpointSync.Grains.Idempotency;

/// <summary>Requests with an idempotency key and their answers, in the cluster's database.</summary>
internal sealed class IdempotencyStore(NpgsqlDataSource source)
{
    /// <summary>How long an answer is given again.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromHours(24);

    /// <summary>How long a request counts as running without a sign of life.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    private static readonly SqlFile Sql = SqlFile.Of<IdempotencyStore>();

    /// <summary>Begins a request, unless its key is known. The row is durable when this returns.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isRepeatable">Whether to run a request again whose outcome is unknown.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<KnownKey> BeginAsync(
        IdempotentRequest request, bool isRepeatable, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(PostgresCommands.CommitDurably, cancellationToken);
        await using var command = connection.Command(
            Sql["begin"], Text(request.Principal), Text(request.Key), PostgresCommands.Value(request.Fingerprint),
            PostgresCommands.Value(request.Run), Text(request.Silo), PostgresCommands.Value(Retention),
            PostgresCommands.Value(isRepeatable), PostgresCommands.Value(Lease));
        var isFirst = await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        // A key that is released between the two statements is free; the caller repeats its request.
        var known = isFirst
            ? []
            : await connection.ListAsync(
                Sql["find"], row => Read(row, request), cancellationToken, Text(request.Principal), Text(request.Key),
                PostgresCommands.Value(Lease));
        await transaction.CommitAsync(cancellationToken);
        return isFirst
            ? new KnownKey(KeyState.First, request.Silo)
            : known is [var one] ? one : new KnownKey(KeyState.Running, "");
    }

    /// <summary>Says that a request is still running.</summary>
    public Task KeepAliveAsync(IdempotentRequest request, CancellationToken cancellationToken) =>
        ExecuteAsync("keep_alive", request, cancellationToken);

    /// <summary>Keeps the answer, for those who repeat the request.</summary>
    public Task CompleteAsync(IdempotentRequest request, StoredAnswer answer, CancellationToken cancellationToken) =>
        ExecuteAsync(
            "complete", request, cancellationToken, PostgresCommands.Value(answer.Status),
            new NpgsqlParameter
            {
                Value = JsonSerializer.Serialize(answer.Headers),
                NpgsqlDbType = NpgsqlDbType.Jsonb,
            },
            PostgresCommands.Value(answer.Body));

    /// <summary>Frees the key of a request that did nothing.</summary>
    public Task ReleaseAsync(IdempotentRequest request, CancellationToken cancellationToken) =>
        ExecuteAsync("release", request, cancellationToken);

    /// <summary>Says that the outcome of a request will never be known.</summary>
    public Task AbandonAsync(IdempotentRequest request, CancellationToken cancellationToken) =>
        ExecuteAsync("abandon", request, cancellationToken);

    /// <summary>Deletes some of the keys that have run out, unless another silo is about to.</summary>
    /// <returns>How many were deleted; as many as <paramref name="most"/> if there may be more.</returns>
    public Task<int> DeleteOldAsync(int most, CancellationToken cancellationToken) => OldRows.DeleteAsync(
        source, "idempotency", Sql["delete_old"], cancellationToken, PostgresCommands.Value(Retention),
        PostgresCommands.Value(most));

    private async Task ExecuteAsync(
        string statement, IdempotentRequest request, CancellationToken cancellationToken,
        params NpgsqlParameter[] further)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            Sql[statement], cancellationToken,
            [Text(request.Principal), Text(request.Key), PostgresCommands.Value(request.Run), .. further]);
    }

    private static KnownKey Read(NpgsqlDataReader row, IdempotentRequest request)
    {
        var silo = row.Text("silo");
        if (!request.Fingerprint.AsSpan().SequenceEqual(row.Value<byte[]>("fingerprint")))
        {
            return new KnownKey(KeyState.Reused, silo);
        }

        return row.StructOrNull<int>("status") is { } status
            ? new KnownKey(KeyState.Answered, silo, new StoredAnswer(
                status, JsonSerializer.Deserialize<Dictionary<string, string>>(row.Text("headers"))!,
                row.Value<byte[]>("body")))
            : new KnownKey(row.Bool("is_lost") ? KeyState.Unknown : KeyState.Running, silo);
    }

    private static NpgsqlParameter Text(string value) => PostgresCommands.Value(value);
}
