using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Functions;

/// <summary>A session of a role that owns nothing and was granted nothing.</summary>
internal sealed class ForeignSession : IAsyncDisposable
{
    private readonly TestRole _role;
    private readonly NpgsqlConnection _connection;

    private ForeignSession(TestRole role, NpgsqlConnection connection)
    {
        _role = role;
        _connection = connection;
    }

    public string Role => _role.Name;

    /// <summary>The channel and payload of every notification received, in order.</summary>
    public List<string> Notifications { get; } = [];

    public static async Task<ForeignSession> OpenAsync(TestDatabase database)
    {
        var role = await TestRole.CreateAsync(database);
        var connection = new NpgsqlConnection($"{role.ConnectionString};Pooling=false");
        await connection.OpenAsync();
        var session = new ForeignSession(role, connection);
        connection.Notification += (_, notification) => session.Notifications.Add(
            $"{notification.Channel}: {notification.Payload}");
        return session;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The error that a statement ends with; the transaction, if there is one, is rolled back.</summary>
    public async Task<PostgresException> RefusalAsync(string sql)
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql));
        await ExecuteAsync("rollback");
        return refusal;
    }

    /// <summary>Waits until this session has received a notification.</summary>
    public async Task ReceiveAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline.MaxWait);
        while (Notifications.Count == 0)
        {
            await _connection.WaitAsync(deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _role.DisposeAsync();
    }
}
