using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Functions;

/// <summary>
/// A server whose commits wait for a standby that never comes, if their session asks for that. Commits that notify take
/// turns.
/// </summary>
public sealed class SlowCommitTests : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"endpointsync-test-{Guid.NewGuid():N}");
    private PrivatePostgres? _server;
    private NpgsqlDataSource? _source;

    public async ValueTask InitializeAsync()
    {
        var settings = new Dictionary<string, string>
        {
            ["synchronous_standby_names"] = "nobody",
            ["synchronous_commit"] = "local",
        };
        _server = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Directory = _folder, Settings = settings });
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
    public async Task A_writer_with_a_short_lock_timeout_commits_while_the_commit_of_another_writer_hangs()
    {
        await using var slow = await _source!.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var commit = slow.ExecuteAsync(
            "set synchronous_commit = on; select endpoint_sync.request_sync('slow')",
            TestContext.Current.CancellationToken);
        await UntilWaitingForStandbyAsync(slow);

        await ExecuteAsync(
            "begin; set local lock_timeout = '100ms'; select endpoint_sync.request_sync('quick'); commit");

        await ExecuteAsync($"select pg_cancel_backend({slow.ProcessID})");
        await commit.Within("the end of the slow commit");
    }

    // The bump after a commit relies on this. The setting ends with the statement, so the next commit of the session is
    // as durable as before.
    [Fact]
    public async Task A_statement_can_skip_the_wait_for_its_own_commit_and_no_other_one()
    {
        await using var session = await _source!.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await session.ExecuteAsync("set synchronous_commit = on", TestContext.Current.CancellationToken);

        await session.ExecuteAsync(
            "update endpoint_sync.state set bumped_at = now() "
            + "where set_config('synchronous_commit', 'off', true) is not null",
            TestContext.Current.CancellationToken)
            .Within("the statement that does not wait");

        var waiting = session.ExecuteAsync(
            "update endpoint_sync.state set bumped_at = now()", TestContext.Current.CancellationToken);
        await UntilWaitingForStandbyAsync(session);
        await ExecuteAsync($"select pg_cancel_backend({session.ProcessID})");
        await waiting.Within("the end of the statement that waits");
    }

    private Task UntilWaitingForStandbyAsync(NpgsqlConnection session) => _source!.UntilAsync(
        $"select exists (select from pg_stat_activity where pid = {session.ProcessID} and wait_event = 'SyncRep')",
        "a commit that waits for the standby");

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await _source!.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, CancellationToken.None);
    }
}
