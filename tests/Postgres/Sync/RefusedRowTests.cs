using static EndpointSync.Tests.Postgres.Sync.StoredRows;

namespace EndpointSync.Tests.Postgres.Sync;

/// <summary>What Postgres refuses of one endpoint costs that endpoint, and no other.</summary>
public sealed class RefusedRowTests : RegistryTests
{
    private const string NoBadRoute =
        "alter table endpoint_route add constraint no_bad_route check (route not like '/bad%')";

    private const string RefusingTrigger =
        """
        create function refuse_bad() returns trigger language plpgsql as $$
        begin
          if '/bad/|/bad/<path:application_path>' in (old.route, new.route) then
            raise exception 'nobody changes /bad';
          end if;
          return coalesce(new, old);
        end $$;
        create trigger refuse_bad before insert or update or delete on endpoint_route
        for each row execute function refuse_bad()
        """;

    [Theory]
    [InlineData(NoBadRoute, "(23514)", "no_bad_route")]
    [InlineData(RefusingTrigger, "(P0001)", "nobody changes /bad")]
    public async Task An_endpoint_whose_row_is_refused_is_quarantined_with_the_reason_and_the_rest_go_live(
        string obstacle, string code, string reason)
    {
        await Database.ExecuteAsync(obstacle);
        var first = await Database.AddEndpointAsync("first", "/first");
        var bad = await Database.AddEndpointAsync("bad", "/bad");
        var last = await Database.AddEndpointAsync("last", "/last");

        var receipt = await Registry.ReloadAsync();
        var idle = await Registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 2, 0), (receipt.Outcome, receipt.RoutesAdded, receipt.EndpointsDeferred));
        var rejected = Assert.Single(receipt.Rejected);
        Assert.Equal((bad, "bad", "/bad"), (rejected.Id, rejected.Name, rejected.RootPath));
        Assert.Contains(code, rejected.Reason, StringComparison.Ordinal);
        Assert.Contains(reason, rejected.Reason, StringComparison.Ordinal);
        Assert.Equal([KeyOf(first), KeyOf(last)], await Database.KeysAsync());
        Assert.Equal([$"{first} true", $"{bad} false", $"{last} true"], await Database.FlagsAsync());
        Assert.Equal((ReloadOutcome.UpToDate, 1), (idle.Outcome, idle.Rejected.Count));
        Assert.Equal([rejected], (await Registry.Status.ReadAsync(CancellationToken.None)).Quarantine);
    }

    [Fact]
    public async Task An_endpoint_whose_row_may_not_change_keeps_it_and_the_rest_change()
    {
        var bad = await Database.AddEndpointAsync("bad", "/bad");
        await Database.AddEndpointAsync("good", "/good");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(RefusingTrigger);

        await Database.ExecuteAsync("update fastapi_endpoint set root_path = root_path || '2', registry_sync = false");
        var changed = await Registry.ReloadAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set active = false, registry_sync = false");
        var archived = await Registry.ReloadAsync();
        await Database.ExecuteAsync("delete from fastapi_endpoint");
        var deleted = await Registry.ReloadAsync();

        Assert.Equal((1, bad), (changed.RoutesChanged, Assert.Single(changed.Rejected).Id));
        Assert.Equal((1, bad), (archived.RoutesRemoved, Assert.Single(archived.Rejected).Id));
        Assert.Equal((0, bad), (deleted.EndpointsDeferred, Assert.Single(deleted.Rejected).Id));
        Assert.Equal([KeyOf(bad)], await Database.KeysAsync());
    }

    [Fact]
    public async Task A_path_whose_owner_may_not_move_is_given_to_nobody_else()
    {
        var owner = await Database.AddEndpointAsync("owner", "/x");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(NoBadRoute);
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/bad', registry_sync = false");
        var heir = await Database.AddEndpointAsync("heir", "/x");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal([owner], receipt.Rejected.Select(endpoint => endpoint.Id));
        Assert.Equal([KeyOf(owner)], await Database.KeysAsync());
        Assert.Equal([$"{owner} false", $"{heir} false"], await Database.FlagsAsync());
    }

    [Fact]
    public async Task An_endpoint_whose_flag_is_refused_gets_no_row()
    {
        await Database.ExecuteAsync(
            "alter table fastapi_endpoint add constraint never_synced check (name <> 'bad' or not registry_sync)");
        await Database.AddEndpointAsync("bad", "/bad");
        var good = await Database.AddEndpointAsync("good", "/good");

        var receipt = await Registry.ReloadAsync();

        Assert.Contains("never_synced", Assert.Single(receipt.Rejected).Reason, StringComparison.Ordinal);
        Assert.Equal([KeyOf(good)], await Database.KeysAsync());
    }

    [Fact]
    public async Task A_constraint_that_waits_for_the_commit_costs_its_endpoint_only()
    {
        await Database.ExecuteAsync(
            """
            create function refuse_late() returns trigger language plpgsql as $$
            begin
              raise exception 'too late' using errcode = '23514';
            end $$;
            create constraint trigger refuse_late after insert on endpoint_route deferrable initially deferred
            for each row when (new.route like '/bad%') execute function refuse_late()
            """);
        await Database.AddEndpointAsync("bad", "/bad");
        var good = await Database.AddEndpointAsync("good", "/good");

        var receipt = await Registry.ReloadAsync();

        Assert.Contains("too late", Assert.Single(receipt.Rejected).Reason, StringComparison.Ordinal);
        Assert.Equal([KeyOf(good)], await Database.KeysAsync());
    }

    [Fact]
    public async Task A_row_without_a_key_that_has_a_hash_of_ours_stops_no_sync()
    {
        var id = await Database.AddEndpointAsync("orders", "/orders");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update endpoint_route set key = null");

        Assert.True((await Registry.ReloadAsync()).InSync);
        Assert.Contains(KeyOf(id), await Database.KeysAsync());
    }

    [Fact]
    public async Task An_endpoint_is_released_as_soon_as_a_sync_may_write_its_row()
    {
        await Database.ExecuteAsync(NoBadRoute);
        var bad = await Database.AddEndpointAsync("bad", "/bad");
        await Registry.ReloadAsync();

        await Database.ExecuteAsync("alter table endpoint_route drop constraint no_bad_route");
        var good = await Database.AddEndpointAsync("good", "/good");
        var receipt = await Registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 2), (receipt.Outcome, receipt.RoutesAdded));
        Assert.Empty(receipt.Rejected);
        Assert.Equal([KeyOf(bad), KeyOf(good)], await Database.KeysAsync());
    }

    [Fact]
    public async Task Many_refused_rows_among_many_are_each_named()
    {
        await Database.ExecuteAsync(NoBadRoute);
        await Database.ExecuteAsync(
            """
            insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session)
            select 'e' || n, case when n % 10 = 0 then '/bad' else '/good' end || n, 'api', true, false, false
            from generate_series(1, 100) as n
            """);

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 90), (receipt.Outcome, receipt.RoutesAdded));
        Assert.Equal(10, receipt.Rejected.Count);
        Assert.All(
            receipt.Rejected, endpoint => Assert.StartsWith("/bad", endpoint.RootPath, StringComparison.Ordinal));
    }

    // Odoo's sequences begin at 1, but SQL may write anything.
    [Theory]
    [InlineData(0)]
    [InlineData(-7)]
    public async Task An_id_that_no_key_can_name_is_quarantined(int id)
    {
        await Database.ExecuteAsync(
            $"insert into fastapi_endpoint (id, name, root_path, app, active, registry_sync, save_http_session) "
            + $"values ({id}, 'odd', '/odd', 'api', true, false, false)");
        var good = await Database.AddEndpointAsync("good", "/good");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 1), (receipt.Outcome, receipt.RoutesAdded));
        Assert.Equal(
            (id, $"the endpoint's id is {id}; keys of routes name ids from 1"),
            (receipt.Rejected.Single().Id, receipt.Rejected.Single().Reason));
        Assert.Equal([KeyOf(good)], await Database.KeysAsync());
    }

    // Odoo drops NOT NULL from a column where it cannot set it.
    [Theory]
    [InlineData("name", 2, "")]
    [InlineData("root_path", 1, "root path is empty")]
    public async Task A_missing_value_costs_its_endpoint_at_most(string column, int routed, string reason)
    {
        var bad = await Database.AddEndpointAsync("bad", "/bad");
        await Database.AddEndpointAsync("good", "/good");
        await Database.ExecuteAsync(
            $"alter table fastapi_endpoint alter column {column} drop not null; "
            + $"update fastapi_endpoint set {column} = null where id = {bad}");

        var receipt = await Registry.ReloadAsync();
        var listed = await Registry.EndpointsAsync();

        Assert.Equal((ReloadOutcome.Synced, routed), (receipt.Outcome, receipt.RoutesAdded));
        Assert.Equal(reason, string.Concat(receipt.Rejected.Select(endpoint => endpoint.Reason)));
        Assert.Equal(2, listed.Count);
    }

    [Fact]
    public async Task A_failure_that_nobody_foresaw_is_a_receipt_a_pending_sync_and_a_log_entry()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.ExecuteAsync("alter table fastapi_endpoint alter column id type bigint");
        await Database.ExecuteAsync(
            "insert into fastapi_endpoint (id, name, root_path, app, active, registry_sync, save_http_session) "
            + "values (9223372036854775807, 'large', '/large', 'api', true, false, false)");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal(ReloadOutcome.Failed, receipt.Outcome);
        Assert.NotEmpty(receipt.Problem!.Detail);
        Assert.NotNull(await Registry.Status.PendingScopeAsync(CancellationToken.None));
    }
}
