using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Process;

/// <summary>
/// Declares an endpoint and locks the registry's state, so that a sync is due, takes the advisory lock, and blocks
/// until the release.
/// </summary>
internal sealed class ClientBlockedSync : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private ClientBlockedSync(NpgsqlConnection connection) => _connection = connection;

    public static async Task<ClientBlockedSync> BeginAsync(TestDatabase database)
    {
        var name = $"e{Guid.NewGuid():N}";
        await database.AddEndpointAsync(name, $"/{name}");
        var connection = await database.Source.OpenConnectionAsync();
        await using var hold = new NpgsqlCommand(
            "begin; select version from endpoint_sync.state for update", connection);
        await hold.ExecuteNonQueryAsync();
        return new ClientBlockedSync(connection);
    }

    public async Task ReleaseAsync()
    {
        await using var release = new NpgsqlCommand("rollback", _connection);
        await release.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
