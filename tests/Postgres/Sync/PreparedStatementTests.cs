using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class PreparedStatementTests
{
    [Fact]
    public async Task A_column_type_that_changes_under_prepared_statements_costs_a_retry_and_no_reload()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = new TestRegistry(database);
        for (var round = 0; round < 20; round++)
        {
            await AddAndReloadAsync(database, registry, $"orders-{round}");
        }
        Assert.True(await PreparedAsync(registry), "the preflight is not prepared, so this proves nothing");

        await database.ExecuteAsync("alter table endpoint_route alter column key type text");
        var attempts = new List<int>();
        for (var round = 0; round < 4; round++)
        {
            attempts.Add(await AddAndReloadAsync(database, registry, $"bills-{round}"));
            // The pool hands its connections out in turn. One more use makes the next reload take another one.
            await PreparedAsync(registry);
        }

        Assert.Contains(2, attempts);
        Assert.All(attempts, taken => Assert.InRange(taken, 1, 2));
    }

    private static async Task<int> AddAndReloadAsync(TestDatabase database, TestRegistry registry, string name)
    {
        await database.AddEndpointAsync(name, $"/{name}");
        var receipt = await registry.ReloadAsync();
        Assert.Equal(ReloadOutcome.Synced, receipt.Outcome);
        return receipt.Timings.Attempts;
    }

    private static async Task<bool> PreparedAsync(TestRegistry registry)
    {
        await using var connection = await registry.Database.Source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText =
            "select exists (select from pg_prepared_statements where statement like '%fastapi_endpoint%')";
        return (bool)(await command.ExecuteScalarAsync())!;
    }
}
