using Npgsql;

namespace EndpointSync.Demo;

/// <summary>What the registry keeps about a foreign write that was wrong.</summary>
/// <param name="Writer">Who wrote.</param>
/// <param name="Locked">Whether the writer held the lock.</param>
/// <param name="Route">What stands in the row now.</param>
/// <param name="After">From the writer's statement until the repair was seen, by the database's clock.</param>
internal sealed record Repair(ForeignWriter Writer, bool Locked, string Route, TimeSpan After)
{
    // Half of the time between two polls: what is repaired sooner was not left to them.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private const string ReadSql =
        """
        select role, application, process_id, host(address), locked, endpoint_route.route, clock_timestamp() - changed_at
        from endpoint_sync.foreign_writes join endpoint_route on endpoint_route.key = any(keys)
        where verdict = 'repaired' and application = $1
        """;

    /// <summary>Waits until something that an application wrote has been repaired.</summary>
    /// <exception cref="TimeoutException">It was not repaired in time.</exception>
    public static async Task<Repair> OfAsync(string application, string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await UntilReadAsync(connection, application, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"What '{application}' wrote was not repaired in {Patience.TotalSeconds:0} seconds.");
        }
    }

    private static async Task<Repair> UntilReadAsync(NpgsqlConnection connection, string application, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await ReadAsync(connection, application, cancellationToken) is { } repair)
            {
                return repair;
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static async Task<Repair?> ReadAsync(NpgsqlConnection connection, string application, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadSql, connection) { Parameters = { new() { Value = application } } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new Repair(
                new ForeignWriter(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetString(3)), row.GetBoolean(4), row.GetString(5), row.GetTimeSpan(6))
            : null;
    }
}
