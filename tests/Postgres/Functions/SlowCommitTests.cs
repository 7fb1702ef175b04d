using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Local.Postgres;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Functions;

/// <summary>A server whose commits wait for a standby that never comes, where a session asks for that; commits that notify take turns.</summary>
public sealed class SlowCommitTests : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"endpointsync-test-{Guid.NewGuid():N}");
    private PrivatePostgres? _server;
    private NpgsqlDataSource? _source;

    public async ValueTask InitializeAsync()
    {
        var settings = new Dictionary<string, string> { ["synchronous_standby_names"] = "nobody", ["synchronous_commit"] = "local" };
        _server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Directory = _folder, Settings = settings });
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
    public async Task A_writer_that_is_short_of_patience_commits_though_the_commit_of_another_one_stands_still()
    {
        await using var slow = await _source!.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var commit = slow.ExecuteAsync("set synchronous_commit = on; select endpoint_sync.request_sync('slow')", TestContext.Current.CancellationToken);
        await UntilAsync($"select exists (select from pg_stat_activity where pid = {slow.ProcessID} and wait_event = 'SyncRep')").Within("the slow commit");

        await ExecuteAsync("begin; set local lock_timeout = '100ms'; select endpoint_sync.request_sync('quick'); commit");

        await ExecuteAsync($"select pg_cancel_backend({slow.ProcessID})");
        await commit.Within("the end of the slow commit");
    }

    // What a draw behind a commit leans on; that the setting ends with the statement keeps the next commit of the session as safe as ever.
    [Fact]
    public async Task A_statement_can_give_up_the_wait_for_its_own_commit_and_no_other_one()
    {
        await using var session = await _source!.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await session.ExecuteAsync("set synchronous_commit = on", TestContext.Current.CancellationToken);

        await session.ExecuteAsync(
            "update endpoint_sync.state set signalled_at = now() where set_config('synchronous_commit', 'off', true) is not null", TestContext.Current.CancellationToken)
            .Within("the statement that does not wait");

        var waiting = session.ExecuteAsync("update endpoint_sync.state set signalled_at = now()", TestContext.Current.CancellationToken);
        await UntilAsync($"select exists (select from pg_stat_activity where pid = {session.ProcessID} and wait_event = 'SyncRep')").Within("the one that waits");
        await ExecuteAsync($"select pg_cancel_backend({session.ProcessID})");
        await waiting.Within("its end");
    }

    private async Task UntilAsync(string sql)
    {
        await using var connection = await _source!.OpenConnectionAsync();
        while (!await connection.ScalarAsync<bool>(sql, CancellationToken.None))
        {
            await Task.Delay(10);
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await _source!.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, CancellationToken.None);
    }
}
