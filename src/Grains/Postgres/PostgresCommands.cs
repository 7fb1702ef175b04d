using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// Short forms for commands with positional parameters. A failure that a new connection may cure costs the pool its
/// connections, whoever runs the command; the next use connects anew.
/// </summary>
internal static class PostgresCommands
{
    /// <summary>
    /// For the rest of a transaction: its commit waits until it is durable, whatever the server's default. A stronger
    /// setting stays.
    /// </summary>
    public const string CommitDurably =
        """
        select set_config('synchronous_commit', case
          when current_setting('synchronous_commit') in ('off', 'local', 'remote_write') then 'on'
          else current_setting('synchronous_commit') end, true)
        """;

    public static NpgsqlParameter Value<T>(T value) => new NpgsqlParameter<T> { TypedValue = value };

    public static NpgsqlParameter TextOrNull(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };

    public static NpgsqlParameter NumberOrNull(long? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint };

    public static NpgsqlParameter IntegerOrNull(int? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer };

    public static NpgsqlCommand Command(
        this NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>
    /// For the rest of a transaction: statements are planned once in a session, and never compiled. Ours find rows by
    /// keys, however many. Postgres takes longer to plan them anew for each list of keys, or to compile them, than to
    /// run them.
    /// </summary>
    public static NpgsqlBatch ThenPlanOnce(this NpgsqlBatch batch) =>
        batch.Then("set local plan_cache_mode = force_generic_plan").Then("set local jit = off");

    public static NpgsqlBatch Then(this NpgsqlBatch batch, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        batch.BatchCommands.Add(command);
        return batch;
    }

    public static async Task ExecuteAsync(
        this NpgsqlConnection connection, string sql, CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters)
    {
        try
        {
            await using var command = connection.Command(sql, parameters);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException refused) when (SqlStates.NeedsNewConnection(refused))
        {
            DataSources.ClearPoolsTo(connection);
            throw;
        }
    }

    public static async Task<T> ScalarAsync<T>(
        this NpgsqlConnection connection, string sql, CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters)
    {
        try
        {
            await using var command = connection.Command(sql, parameters);
            return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
        catch (PostgresException refused) when (SqlStates.NeedsNewConnection(refused))
        {
            DataSources.ClearPoolsTo(connection);
            throw;
        }
    }

    public static async Task<List<T>> ListAsync<T>(
        this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters)
    {
        try
        {
            await using var command = connection.Command(sql, parameters);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ListAsync(read, cancellationToken);
        }
        catch (PostgresException refused) when (SqlStates.NeedsNewConnection(refused))
        {
            DataSources.ClearPoolsTo(connection);
            throw;
        }
    }

    public static async Task<List<T>> ListAsync<T>(
        this NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        var hasRow = await reader.ReadAsync(cancellationToken);
        while (hasRow)
        {
            rows.Add(read(reader));
            hasRow = await reader.ReadAsync(cancellationToken);
        }

        return rows;
    }
}
