using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Crashes;

/// <summary>
/// Pooled sessions that a change of the server has made useless. One failure at most is answered with it, whoever meets
/// it; then the pools connect anew, that of Orleans' membership too.
/// </summary>
public sealed class ReadOnlySessionTests : RegistryTests
{
    private const int Sessions = 3;
    private const int Uses = 3 * Sessions;
    private const string Names = "select id, name from public.fastapi_endpoint";

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
        await using var other = DataSources.Create(Database.ConnectionString, "other");
        await OpenReadOnlySessionsAsync(other);

        await Registry.Status.PendingScopeAsync(CancellationToken.None);

        // A session of the same time that no poll has seen.
        Assert.Equal(
            PostgresErrorCodes.ReadOnlySqlTransaction,
            (await Assert.ThrowsAsync<PostgresException>(() => WriteAsync(other))).SqlState);
        Assert.NotNull((await Registry.Endpoints.AddAsync(Orders, CancellationToken.None)).Endpoint);
    }

    // Whoever does not discard the other sessions fails once with each of them.
    [Fact]
    public async Task A_statement_whose_result_changed_or_that_was_discarded_fails_once_at_most()
    {
        await using var other = await PrepareSessionsAsync();

        await Database.ExecuteAsync("alter table fastapi_endpoint alter column name type text");
        await AssertOneFailureAtMostAsync(ListAsync);
        Assert.Equal(Sessions, await FailuresAsync(() => ListAsync(other)));

        await using var another = await PrepareSessionsAsync();
        await DiscardStatementsAsync(Registry.Database.Source);
        await DiscardStatementsAsync(another);
        // Npgsql does not prepare such a statement again.
        await AssertOneFailureAtMostAsync(ListAsync);
        Assert.Equal(Uses, await FailuresAsync(() => ListAsync(another)));
    }

    [Fact]
    public async Task Sessions_that_an_administrator_ended_cost_one_failure_at_most()
    {
        await using var other = await PrepareSessionsAsync();
        await using var sources = new DataSources("membership");
        var membership = sources.For(Database.ConnectionString, "public");
        await PrepareAsync(membership, () => ListAsync(membership));

        await Database.TerminateAsync("datname = current_database() and application_name like 'EndpointSync/%'");

        // Npgsql itself discards the sessions of the pool that met it.
        await AssertOneFailureAtMostAsync(ListAsync);
        Assert.Equal(
            (0, 1),
            (await FailuresAsync(() => ListAsync(membership)), await FailuresAsync(() => ListAsync(other))));
    }

    // As every statement of the product. Those for a list of endpoints cast the name, so its type does not matter.
    private async Task ListAsync()
    {
        await using var connection = await Registry.Database.Source.OpenConnectionAsync();
        await connection.ListAsync(Names, row => row.Int("id"), CancellationToken.None);
    }

    private static async Task ListAsync(NpgsqlDataSource other)
    {
        await using var command = other.CreateCommand(Names);
        await command.ExecuteNonQueryAsync();
    }

    // Sessions of the registry's pool, and as many of a pool that the product does not know. Each has its statement
    // prepared, which Npgsql does when it is used a second time.
    private async Task<NpgsqlDataSource> PrepareSessionsAsync()
    {
        await Registry.Preparation.EnsureAsync(CancellationToken.None);
        var other = DataSources.Create(Database.ConnectionString, "other");
        await PrepareAsync(Registry.Database.Source, ListAsync);
        await PrepareAsync(other, () => ListAsync(other));
        return other;
    }

    private static async Task PrepareAsync(NpgsqlDataSource source, Func<Task> list)
    {
        source.Clear();
        var held = new List<NpgsqlConnection>();
        for (var session = 0; session < Sessions; session++)
        {
            await list();
            await list();
            held.Add(await source.OpenConnectionAsync());
        }

        held.ForEach(connection => connection.Dispose());
    }

    private static async Task DiscardStatementsAsync(NpgsqlDataSource source)
    {
        var held = new List<NpgsqlConnection>();
        for (var session = 0; session < Sessions; session++)
        {
            held.Add(await source.OpenConnectionAsync());
            await using var discard = new NpgsqlCommand("deallocate all", held[session]);
            await discard.ExecuteNonQueryAsync();
        }

        held.ForEach(connection => connection.Dispose());
    }

    // None, if another test that runs now has met such a session of this server: that clears this pool, too.
    private static async Task AssertOneFailureAtMostAsync(Func<Task> list)
    {
        var failures = await FailuresAsync(list);
        Assert.True(failures <= 1, $"{failures} failures");
    }

    private static async Task<int> FailuresAsync(Func<Task> list)
    {
        var failures = 0;
        for (var count = 0; count < Uses; count++)
        {
            try
            {
                await list();
            }
            catch (NpgsqlException)
            {
                failures++;
            }
        }

        return failures;
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
        await connection.ExecuteAsync("update public.fastapi_endpoint set name = name", CancellationToken.None);
    }
}
