using Npgsql;

namespace EndpointSync.Demo;

/// <summary>The registry's record of a repaired foreign write.</summary>
/// <param name="Writer">The session that wrote.</param>
/// <param name="Locked">Whether the writer held the lock.</param>
/// <param name="Route">The current route of the row.</param>
/// <param name="After">From the writer's statement until the repair was read, by the database's clock.</param>
internal sealed record Repair(ForeignWriter Writer, bool Locked, string Route, TimeSpan After)
{
    // Half of the poll interval: a faster repair did not depend on a poll.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private const string ReadSql =
        """
        select role, application, process_id, host(address), locked, endpoint_route.route,
          clock_timestamp() - changed_at
        from endpoint_sync.foreign_writes join endpoint_route on endpoint_route.key = any(keys)
        where outcome = 'repaired' and application = $1
        """;

    /// <summary>Waits until a write by an application has been repaired.</summary>
    /// <exception cref="TimeoutException">The write was not repaired in time.</exception>
    public static async Task<Repair> OfAsync(
        string application, string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        try
        {
            return await UntilReadAsync(connection, application, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"The write by '{application}' was not repaired in {Timeout.TotalSeconds:0} seconds.");
        }
    }

    private static async Task<Repair> UntilReadAsync(
        NpgsqlConnection connection, string application, CancellationToken cancellationToken)
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

    private static async Task<Repair?> ReadAsync(
        NpgsqlConnection connection, string application, CancellationToken cancellationToken)
    {
        await using var command =
            new NpgsqlCommand(ReadSql, connection) { Parameters = { new() { Value = application } } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new Repair(
                new ForeignWriter(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetString(3)),
                row.GetBoolean(4), row.GetString(5), row.GetTimeSpan(6))
            : null;
    }
}
