using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Cluster;

/// <summary>
/// A silo is killed while its sync waits at a step. A trigger that waits for a lock of the test stops the sync there.
/// </summary>
public sealed class KilledSiloTests
{
    private const int Gate = 4711;

    [Theory]
    [InlineData("endpoint_route", "before insert")]
    [InlineData("fastapi_endpoint", "before update")]
    [InlineData("endpoint_sync.routes", "before insert")]
    [InlineData("endpoint_sync.versions", "after insert")]
    public async Task A_silo_killed_before_the_commit_leaves_the_old_state_and_the_next_silo_makes_the_new_one(
        string table, string moment)
    {
        await using var fleet = await Fleet.StartAsync(silos: 1);
        await fleet.Database.AddEndpointAsync("orders", "/orders");
        await KillAtAsync(
            fleet, $"create trigger gate {moment} on {table} for each row execute function gate()", table);

        Assert.Equal(0, await fleet.Database.ScalarAsync<long>("select version from endpoint_sync.state"));
        Assert.Equal(0, await fleet.Database.ScalarAsync<long>("select count(*) from endpoint_route"));
        Assert.False(await fleet.Database.ScalarAsync<bool>("select registry_sync from fastapi_endpoint"));
        await AssertNextSiloFinishesAsync(fleet);
    }

    [Fact]
    public async Task A_silo_killed_in_the_commit_leaves_the_old_or_the_new_state_and_the_next_silo_makes_the_new_one()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1);
        await fleet.Database.AddEndpointAsync("orders", "/orders");
        await KillAtAsync(
            fleet,
            "create constraint trigger gate after insert on endpoint_sync.versions deferrable initially deferred for "
            + "each row execute function gate()",
            "endpoint_sync.versions");

        Assert.True(await fleet.Database.ScalarAsync<bool>(
            """
            select (version = 1) = exists (select from endpoint_route)
              and (version = 1) = (select registry_sync from fastapi_endpoint)
            from endpoint_sync.state
            """));
        await AssertNextSiloFinishesAsync(fleet);
    }

    [Fact]
    public async Task A_silo_killed_between_the_commit_and_the_bump_of_the_sequence_leaves_the_bump_to_the_next_silo()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1);
        await fleet.Database.AddEndpointAsync("orders", "/orders");
        await KillAtAsync(
            fleet,
            "create trigger gate before update of bumped_version on endpoint_sync.state for each row execute function "
            + "gate_of_rollback()",
            "endpoint_sync.state");
        var bumped = await fleet.Database.ScalarAsync<long>("select last_value from endpoint_route_version");

        Assert.Equal(1, await fleet.Database.ScalarAsync<long>("select version from endpoint_sync.state"));
        Assert.Equal(0, await fleet.Database.ScalarAsync<long>("select bumped_version from endpoint_sync.state"));
        await using var next = await StartNextAsync(fleet);
        await fleet.Database.UntilAsync(
            "select bumped_version = 1 from endpoint_sync.state", "the poll that makes the pending bump");
        Assert.True(bumped < await fleet.Database.ScalarAsync<long>("select last_value from endpoint_route_version"));
    }

    [Fact]
    public async Task A_silo_killed_in_the_commit_of_a_rollback_leaves_it_done_or_not_and_another_silo_serves_it()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1);
        await fleet.Database.AddEndpointAsync("orders", "/orders");
        await fleet.ReloadAsync(fleet.Silos.Silos[0]);
        await fleet.Database.ExecuteAsync("update fastapi_endpoint set root_path = '/bad', registry_sync = false");
        await fleet.ReloadAsync(fleet.Silos.Silos[0]);
        await KillAtAsync(
            fleet,
            "create constraint trigger gate after insert on endpoint_sync.versions deferrable initially deferred for "
            + "each row execute function gate()",
            "endpoint_sync.versions", () => fleet.RollBackAsync(fleet.Silos.Silos[0], to: 1, seen: 2));

        Assert.True(await fleet.Database.ScalarAsync<bool>(
            """
            select (version = 3) = (pinned_hash is not null)
              and (version = 3) = exists (select from endpoint_route where route like '/orders/%')
            from endpoint_sync.state
            """));
        await using var next = await StartNextAsync(fleet);
        if (await fleet.Database.ScalarAsync<long>("select version from endpoint_sync.state") == 2)
        {
            await fleet.RollBackAsync(next, to: 1, seen: 2);
        }

        var receipt = await fleet.ReloadAsync(next);
        Assert.Equal((ReloadOutcome.Pinned, 3L), (receipt.Outcome, receipt.Version.Value));
        Assert.Equal(1, (await fleet.ConvergeAsync(next)).Silos);
        Assert.Equal("/orders/", await fleet.Database.ScalarAsync<string>(
            "select split_part(route, '|', 1) from endpoint_sync.routes where to_version is null"));
    }

    private static async Task KillAtAsync(Fleet fleet, string trigger, string table, Func<Task>? call = null)
    {
        await fleet.Database.ExecuteAsync(
            $$"""
            create function gate() returns trigger language plpgsql as $gate$
              begin perform pg_advisory_xact_lock({{Gate}}); return new; end $gate$;
            create function gate_of_rollback() returns trigger language plpgsql as $gate$
              begin perform pg_advisory_xact_lock({{Gate}}); raise exception 'the silo is gone'; end $gate$
            """);
        await fleet.Database.ExecuteAsync(trigger);
        await using (var holder = await fleet.Database.Source.OpenConnectionAsync())
        {
            await using var command = holder.CreateCommand();
            command.CommandText = $"select pg_advisory_lock({Gate})";
            await command.ExecuteNonQueryAsync();
            var silo = fleet.Silos.Silos[0];
            var reload = call is null ? fleet.ReloadAsync(silo) : call();
            await fleet.Database.UntilBlockedAsync();
            silo.Kill();
            await silo.Exited.Within("the killed silo's end");
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => reload);
            command.CommandText = $"select pg_advisory_unlock({Gate})";
            await command.ExecuteNonQueryAsync();
        }
        await fleet.Database.UntilAsync(
            "select not exists (select from pg_stat_activity where datname = current_database() and application_name "
            + "like 'EndpointSync/%')",
            "the end of the killed silo's sessions");
        await fleet.Database.ExecuteAsync($"drop trigger gate on {table}");
    }

    // In a separate cluster; in the same one it would wait until the killed silo's membership row is stale.
    private static Task<SiloProcess> StartNextAsync(Fleet fleet) =>
        SiloProcess.StartAsync(
            Fleet.Options(fleet.Database) with { Name = "next", ClusterId = $"{fleet.Database.Name}-next" });

    private static async Task AssertNextSiloFinishesAsync(Fleet fleet)
    {
        await using var next = await StartNextAsync(fleet);
        var receipt = await fleet.ReloadAsync(next);

        Assert.True(receipt.InSync);
        Assert.Equal(new RouteVersion(1), receipt.Version);
        Assert.Equal(1, await fleet.Database.ScalarAsync<long>("select count(*) from endpoint_route"));
        Assert.True(await fleet.Database.ScalarAsync<bool>("select registry_sync from fastapi_endpoint"));
        Assert.Equal(1, await fleet.Database.ScalarAsync<long>("select count(*) from endpoint_sync.versions"));
    }
}
