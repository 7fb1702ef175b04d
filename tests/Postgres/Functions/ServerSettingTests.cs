using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Tools.Postgres;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Functions;

/// <summary>A server configured for two-phase commit. It refuses to prepare a transaction that has notified.</summary>
public sealed class ServerSettingTests : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"endpointsync-test-{Guid.NewGuid():N}");
    private PrivatePostgres? _server;
    private NpgsqlDataSource? _source;

    public async ValueTask InitializeAsync()
    {
        _server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions
        {
            Directory = _folder,
            Settings = new Dictionary<string, string> { ["max_prepared_transactions"] = "4" },
        });
        _source = NpgsqlDataSource.Create(_server.ConnectionString());
        await Migrator.MigrateAsync(_source, "EndpointSync", "endpoint_sync", CancellationToken.None);
        await ExecuteAsync("insert into endpoint_sync.state (schema_name) values ('public')");
    }

    public async ValueTask DisposeAsync()
    {
        await _source!.DisposeAsync();
        await _server!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_transaction_that_requested_a_sync_can_be_prepared_and_counts_when_it_is_committed()
    {
        await ExecuteAsync("begin; select endpoint_sync.request_sync('prepared'); prepare transaction 'one'");
        Assert.Empty(await ReasonsAsync());

        await ExecuteAsync("commit prepared 'one'");

        Assert.Equal(["prepared"], await ReasonsAsync());
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await _source!.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, CancellationToken.None);
    }

    private async Task<List<string>> ReasonsAsync()
    {
        await using var connection = await _source!.OpenConnectionAsync();
        return await connection.ListAsync(
            "select reason from endpoint_sync.pending_syncs", row => row.GetString(0), CancellationToken.None);
    }
}
