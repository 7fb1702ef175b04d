using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class PreparedStatementTests
{
    [Fact]
    public async Task A_column_that_gets_another_type_under_prepared_statements_costs_a_retry_and_no_reload()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = new TestRegistry(database);
        for (var round = 0; round < 4; round++)
        {
            await database.AddEndpointAsync($"orders of {round}", $"/orders/{round}");
            await registry.ReloadAsync();
        }
        Assert.True(await PreparedAsync(registry), "the look is not prepared, so this proves nothing");

        await database.ExecuteAsync("alter table fastapi_endpoint alter column name type text");
        await database.AddEndpointAsync("bills", "/bills");
        var receipt = await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 2), (receipt.Outcome, receipt.Timings.Attempts));
    }

    private static async Task<bool> PreparedAsync(TestRegistry registry)
    {
        await using var connection = await registry.Database.Source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "select exists (select from pg_prepared_statements where statement like '%fastapi_endpoint%')";
        return (bool)(await command.ExecuteScalarAsync())!;
    }
}
