using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Crashes;

/// <summary>
/// Pooled sessions that a change of the server has made useless. One failure at most is answered with it, whoever meets
/// it; then the pools connect anew, that of Orleans' membership too.
/// </summary>
public sealed class ReadOnlySessionTests : RegistryTests
{
    private static readonly EndpointEdit Orders = new() { Name = "orders", RootPath = "/orders", App = "api" };

    [Fact]
    public async Task An_edit_that_meets_a_session_of_a_read_only_time_clears_every_pool_to_the_server()
    {
        await using var sources = new DataSources("membership");
        var membership = sources.For(Database.ConnectionString, "public");
        await OpenReadOnlySessionsAsync(membership);

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => Registry.Endpoints.AddAsync(Orders, CancellationToken.None));
        var added = await Registry.Endpoints.AddAsync(Orders, CancellationToken.None);

        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, refused.SqlState);
        Assert.NotNull(added.Endpoint);
        await WriteAsync(membership);
    }

    [Fact]
    public async Task A_poll_that_only_reads_notices_sessions_that_may_not_write()
    {
        await OpenReadOnlySessionsAsync(Registry.Database.Source);

        await Registry.Status.PendingScopeAsync(CancellationToken.None);

        Assert.NotNull((await Registry.Endpoints.AddAsync(Orders, CancellationToken.None)).Endpoint);
    }

    [Fact]
    public async Task A_statement_whose_result_changed_or_that_was_discarded_fails_once_at_most()
    {
        await Registry.Preparation.EnsureAsync(CancellationToken.None);
        await Database.AddEndpointAsync("orders", "/orders");
        await ListTwiceAsync();

        await Database.ExecuteAsync("alter table fastapi_endpoint alter column name type text");
        await FailOnceAtMostAsync();
        await ListTwiceAsync();
        await using (var connection = await Registry.Database.Source.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("deallocate all", CancellationToken.None);
        }

        await FailOnceAtMostAsync();
    }

    [Fact]
    public async Task Sessions_that_an_administrator_ended_cost_one_failure_at_most()
    {
        await Registry.Preparation.EnsureAsync(CancellationToken.None);
        await using (await Registry.Database.Source.OpenConnectionAsync())
        await using (await Registry.Database.Source.OpenConnectionAsync())
        {
            await ListTwiceAsync();
        }

        await Database.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            + "where datname = current_database() and application_name like 'EndpointSync/%'");

        await FailOnceAtMostAsync();
    }

    // The statement is prepared when it is used a second time.
    private async Task ListTwiceAsync()
    {
        await Registry.EndpointsAsync();
        await Registry.EndpointsAsync();
    }

    private async Task FailOnceAtMostAsync()
    {
        var failures = 0;
        for (var count = 0; count < 6; count++)
        {
            try
            {
                await Registry.EndpointsAsync();
            }
            catch (NpgsqlException)
            {
                failures++;
            }
        }

        Assert.InRange(failures, 0, 1);
    }

    // As while an administrator makes the database read-only, or while the address leads to a standby.
    private async Task OpenReadOnlySessionsAsync(NpgsqlDataSource source)
    {
        await Registry.Preparation.EnsureAsync(CancellationToken.None);
        Registry.Database.Source.Clear();
        await Database.ExecuteAsync($"alter database {Database.Name} set default_transaction_read_only = on");
        await Registry.EndpointsAsync();
        await using (await source.OpenConnectionAsync())
        {
            await Database.ExecuteAsync(
                $"set default_transaction_read_only = off; "
                + $"alter database {Database.Name} reset default_transaction_read_only");
        }
    }

    private static async Task WriteAsync(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("update fastapi_endpoint set name = name", CancellationToken.None);
    }
}
