using EndpointSync.Tests.Postgres.Functions;
using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Privileges;

/// <summary>What an administrator may take away from every role, and what works without it.</summary>
public sealed class RevokedFunctionTests : FreshDatabaseTests
{
    // Every function that takes a lock of 64 bits, as the registries' locks are.
    private const string LockFunctions =
        "pg_advisory_lock(bigint), pg_advisory_lock_shared(bigint), pg_try_advisory_lock(bigint), "
        + "pg_try_advisory_lock_shared(bigint), pg_advisory_xact_lock(bigint), pg_advisory_xact_lock_shared(bigint), "
        + "pg_try_advisory_xact_lock(bigint), pg_try_advisory_xact_lock_shared(bigint)";

    [Theory]
    [InlineData("request_sync(text, text)", "request_sync()")]
    [InlineData("current_version(text)", "current_version()")]
    [InlineData("wait_for_version(bigint, interval, text)", "wait_for_version(0)")]
    [InlineData("try_lock(text)", "try_lock()")]
    public async Task A_function_that_is_revoked_is_refused_and_the_others_work(string revoked, string call)
    {
        string[] calls = ["request_sync()", "current_version()", "wait_for_version(0)", "try_lock()", "lock_key()"];
        await using var session = await ForeignSession.OpenAsync(Database);
        await Database.ExecuteAsync($"revoke execute on function endpoint_sync.{revoked} from public");

        Assert.Equal("42501", (await session.RefusalAsync($"begin; select endpoint_sync.{call}")).SqlState);
        foreach (var other in calls.Where(other => other != call))
        {
            await session.ExecuteAsync($"select endpoint_sync.{other}");
        }
    }

    [Fact]
    public async Task Without_the_schema_a_role_can_call_nothing_and_its_changes_are_still_recorded_and_synced()
    {
        await using var registry = Registry();
        await registry.ReloadAsync();
        await using var session = await ForeignSession.OpenAsync(Database);
        await Database.ExecuteAsync(
            $"revoke usage on schema endpoint_sync from public; grant usage on schema public to {session.Role}; "
            + $"grant insert on fastapi_endpoint to {session.Role}; "
            + $"grant usage on sequence fastapi_endpoint_id_seq to {session.Role}");

        await session.ExecuteAsync(
            "insert into public.fastapi_endpoint (name, root_path, app, active) values ('a', '/a', 'api', true)");
        var refused = await session.RefusalAsync("begin; select endpoint_sync.request_sync()");
        var receipt = await registry.ReloadAsync();

        Assert.Equal("42501", refused.SqlState);
        Assert.Equal((ReloadOutcome.Synced, 1), (receipt.Outcome, receipt.RoutesAdded));
    }

    [Fact]
    public async Task Only_roles_that_are_granted_Postgres_lock_functions_can_hold_a_registrys_lock()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var stranger = await ForeignSession.OpenAsync(Database);
        await using var writer = await ForeignSession.OpenAsync(Database);
        await using var role = await TestRole.CreateAsync(Database);
        await Database.ExecuteAsync(
            $"""
             grant usage on schema public, endpoint_sync to {role.Name};
             grant select, insert, update, delete on all tables in schema public, endpoint_sync to {role.Name};
             grant usage on all sequences in schema public to {role.Name};
             grant execute on all functions in schema endpoint_sync to {role.Name};
             revoke execute on function {LockFunctions} from public
             """);
        await using var registry = new TestRegistry(Database, connectionString: role.ConnectionString);

        foreach (var function in LockFunctions.Split(", "))
        {
            var call = function.Replace("(bigint)", "(endpoint_sync.lock_key())", StringComparison.Ordinal);
            Assert.Equal("42501", (await stranger.RefusalAsync($"begin; select {call}")).SqlState);
        }

        Assert.Equal("42501", (await stranger.RefusalAsync("begin; select endpoint_sync.try_lock()")).SqlState);
        var failed = await registry.ReloadAsync();
        await Database.ExecuteAsync(
            $"grant execute on function pg_try_advisory_xact_lock(bigint) to {role.Name}, {writer.Role}");
        var synced = await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Failed, "42501"), (failed.Outcome, failed.Problem!.SqlState));
        Assert.Contains("pg_try_advisory_xact_lock", failed.Problem.Detail, StringComparison.Ordinal);
        Assert.Equal((ReloadOutcome.Synced, 1), (synced.Outcome, synced.RoutesAdded));
        Assert.True(await writer.ScalarAsync<bool>("select endpoint_sync.try_lock()"));
    }
}
