using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class OdooSignalTests : RegistryTests
{
    private const string LastValue = "select last_value from endpoint_route_version";
    private const string Bumped = "select version || ' ' || bumped_version from endpoint_sync.state";
    private const string NewTable =
        "create table orm_signaling_routing (id serial primary key, date timestamp default now())";

    [Fact]
    public async Task The_sequence_is_bumped_once_after_the_commit_of_each_version()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        Assert.Equal(2L, await Database.ScalarAsync<long>(LastValue));

        await Registry.ReloadAsync();

        Assert.Equal(2L, await Database.ScalarAsync<long>(LastValue));
        Assert.Equal("1 1", await Database.ScalarAsync<string>(Bumped));
    }

    // Removing rows does not bump the sequence, so the only bump is the one after the commit. The test blocks it to see
    // what precedes it.
    [Fact]
    public async Task When_the_sequence_is_bumped_the_rows_are_already_committed()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set active = false");
        await using var holder = await Database.Source.OpenConnectionAsync(CancellationToken.None);
        await using var held = await holder.BeginTransactionAsync(CancellationToken.None);
        await using var hold = holder.CreateCommand();
        hold.CommandText = "alter sequence endpoint_route_version owned by none";
        await hold.ExecuteNonQueryAsync(CancellationToken.None);

        var reload = Registry.ReloadAsync();
        await Database.UntilBlockedAsync();

        Assert.Equal("2 1", await Database.ScalarAsync<string>(Bumped));
        Assert.Equal(0L, await Database.ScalarAsync<long>("select count(*) from endpoint_route"));
        Assert.Equal(2L, await Database.ScalarAsync<long>(LastValue));
        await held.RollbackAsync(CancellationToken.None);
        Assert.Equal(2L, (await reload.Within("the reload")).Version.Value);
        Assert.Equal(3L, await Database.ScalarAsync<long>(LastValue));
    }

    [Fact]
    public async Task A_bump_that_a_crash_prevented_is_pending_and_made_by_the_next_reload()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update endpoint_sync.state set bumped_version = 0");
        Assert.NotNull(await Registry.Status.PendingScopeAsync(CancellationToken.None));

        var receipt = await Registry.ReloadAsync();

        Assert.Equal(ReloadOutcome.UpToDate, receipt.Outcome);
        Assert.Equal(3L, await Database.ScalarAsync<long>(LastValue));
        Assert.Null(await Registry.Status.PendingScopeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_bump_that_fails_does_not_affect_the_version_and_is_logged()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set active = false; alter sequence endpoint_route_version rename to elsewhere");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 2L), (receipt.Outcome, receipt.Version.Value));
        Assert.Contains("version 2", (await Registry.Log.FirstAsync(1107).Within("the warning")).Message);
        Assert.NotNull(await Registry.Status.PendingScopeAsync(CancellationToken.None));
        await Database.ExecuteAsync("alter sequence elsewhere rename to endpoint_route_version");
        await Registry.ReloadAsync();
        Assert.Equal("2 2", await Database.ScalarAsync<string>(Bumped));
    }

    [Fact]
    public async Task Odoos_table_gets_two_rows_for_each_version_where_it_exists()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(NewTable);
        await Registry.ReloadAsync();
        Assert.Equal(0L, await FedAsync());

        await Database.AddEndpointAsync("two", "/b");
        await Database.AddEndpointAsync("three", "/c");
        await Registry.ReloadAsync();
        await BumpAgainAsync();
        Assert.Equal(2L, await FedAsync());

        await Database.ExecuteAsync("update fastapi_endpoint set registry_sync = false");
        await Registry.ReloadAsync();
        await Registry.ReloadAsync();
        Assert.Equal(2L, await FedAsync());
    }

    // Workers read the highest id, and would miss a row that commits after one with a higher id. So no row stays
    // uncommitted for as long as a sync takes.
    [Fact]
    public async Task Odoos_table_gets_no_row_before_the_commit()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(NewTable);
        await Database.ExecuteAsync("alter sequence endpoint_route_version rename to elsewhere");
        await Database.ExecuteAsync("update fastapi_endpoint set active = false");

        Assert.Equal(ReloadOutcome.Synced, (await Registry.ReloadAsync()).Outcome);

        Assert.Equal(1L, await Database.ScalarAsync<long>("select last_value from orm_signaling_routing_id_seq"));
        Assert.False(await Database.ScalarAsync<bool>("select is_called from orm_signaling_routing_id_seq"));
    }

    [Theory]
    [InlineData(OdooRelease.Odoo16, "base_cache_signaling", "base_cache_signaling")]
    [InlineData(OdooRelease.Odoo18, "base_cache_signaling_routing", "base_cache_signaling_default")]
    [InlineData(OdooRelease.Odoo19, "orm_signaling_routing_id_seq", "orm_signaling_default_id_seq")]
    public async Task Each_releases_signals_are_sent_with_both_bumps_of_a_version(
        OdooRelease release, string routing, string apps)
    {
        await UpstreamSignals.CreateAsync(Database, release);
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        Assert.Equal((2L, 2L), await SentAsync(routing, apps));

        await BumpAgainAsync();

        Assert.Equal((3L, 3L), await SentAsync(routing, apps));
    }

    // Other consumers' routes have no app, and Odoo fills its default cache from many queries.
    [Fact]
    public async Task A_version_without_a_change_of_endpoints_leaves_the_apps_cached()
    {
        await UpstreamSignals.CreateAsync(Database, OdooRelease.Odoo18);
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(
            "insert into endpoint_route (key, route, opts, routing) values ('other:1', '/x', '{}', '{}')");

        Assert.Equal(ReloadOutcome.Synced, (await Registry.ReloadAsync()).Outcome);
        await BumpAgainAsync();

        Assert.Equal((3L, 1L), await SentAsync("base_cache_signaling_routing", "base_cache_signaling_default"));
    }

    [Fact]
    public async Task An_edit_that_is_undone_before_the_reload_clears_the_apps_and_leaves_the_routes_cached()
    {
        await UpstreamSignals.CreateAsync(Database, OdooRelease.Odoo18);
        await Database.AddEndpointAsync("one", "/a");
        await Registry.InstallTriggersAsync();
        await Registry.ReloadAsync();
        await BumpAgainAsync();
        var sequence = await Database.ScalarAsync<long>(LastValue);
        await Database.ExecuteAsync("update fastapi_endpoint set app = 'other'");
        await Database.ExecuteAsync("update fastapi_endpoint set app = 'api'");

        Assert.Equal(ReloadOutcome.UpToDate, (await Registry.ReloadAsync()).Outcome);
        await BumpAgainAsync();

        Assert.Equal((3L, 5L), await SentAsync("base_cache_signaling_routing", "base_cache_signaling_default"));
        Assert.Equal(sequence, await Database.ScalarAsync<long>(LastValue));
    }

    // The second version changes no app. The first one's second signal must not be lost with it.
    [Fact]
    public async Task A_signal_for_apps_stays_due_when_the_next_version_comes_before_the_second_bump()
    {
        await UpstreamSignals.CreateAsync(Database, OdooRelease.Odoo18);
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(
            "insert into endpoint_route (key, route, opts, routing) values ('other:1', '/x', '{}', '{}')");
        await Registry.ReloadAsync();
        var (_, sent) = await SentAsync("base_cache_signaling_routing", "base_cache_signaling_default");

        await BumpAgainAsync();

        Assert.Equal(
            sent + 1, (await SentAsync("base_cache_signaling_routing", "base_cache_signaling_default")).Apps);
    }

    [Theory]
    [InlineData(
        OdooRelease.Odoo18, "GRANT USAGE ON SEQUENCE public.base_cache_signaling_routing TO {0};",
        "GRANT USAGE ON SEQUENCE public.base_cache_signaling_default TO {0};")]
    [InlineData(
        OdooRelease.Odoo19,
        "GRANT INSERT ON public.orm_signaling_routing TO {0}; "
        + "GRANT USAGE ON SEQUENCE public.orm_signaling_routing_id_seq TO {0};",
        "GRANT INSERT ON public.orm_signaling_default TO {0}; "
        + "GRANT USAGE ON SEQUENCE public.orm_signaling_default_id_seq TO {0};")]
    public async Task A_role_that_may_not_send_signals_syncs_and_names_each_grant_once(
        OdooRelease release, string routing, string apps)
    {
        await using var role = await TestRole.CreateAsync(Database);
        await Database.ExecuteAsync(
            $"grant usage on schema public to {role.Name}; grant usage on schema endpoint_sync to {role.Name}; "
            + $"grant all on all tables in schema public, endpoint_sync to {role.Name}; "
            + $"grant all on all sequences in schema public, endpoint_sync to {role.Name}; "
            + $"grant execute on all functions in schema endpoint_sync to {role.Name}");
        await UpstreamSignals.CreateAsync(Database, release);
        await using var registry = new TestRegistry(Database, connectionString: role.ConnectionString);
        string[] grants = [Format(routing, role), Format(apps, role)];

        await Database.AddEndpointAsync("one", "/a");
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
        await Database.AddEndpointAsync("two", "/b");
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);

        Assert.Equal("2 2", await Database.ScalarAsync<string>(Bumped));
        var logged = registry.Log.Entries.Where(entry => entry.EventId == 1113).Select(entry => entry.Message).ToList();
        Assert.Equal(2, logged.Count);
        Assert.All(
            grants, grant => Assert.Contains(logged, message => message.EndsWith(grant, StringComparison.Ordinal)));
        var shortcomings = await registry.Preparation.FindShortcomingsAsync(CancellationToken.None);
        Assert.All(
            grants, grant => Assert.Contains(shortcomings, one => one.Cure.Contains(grant, StringComparison.Ordinal)));

        await Database.ExecuteAsync(string.Concat(grants));
        Assert.DoesNotContain(
            await registry.Preparation.FindShortcomingsAsync(CancellationToken.None),
            one => one.Meaning.Contains("caches", StringComparison.Ordinal));
    }

    // Whatever a table of Odoo's refuses: EndpointSync's own workers need none of it.
    [Fact]
    public async Task A_table_that_takes_no_signal_costs_neither_the_version_nor_the_bump()
    {
        await Database.ExecuteAsync(
            "create table orm_signaling_routing (id serial primary key, date timestamp default now(), "
            + "constraint closed check (false))");
        await Database.AddEndpointAsync("one", "/a");

        Assert.Equal(ReloadOutcome.Synced, (await Registry.ReloadAsync()).Outcome);

        Assert.Equal("1 1", await Database.ScalarAsync<string>(Bumped));
        Assert.Contains("closed", (await Registry.Log.FirstAsync(1113).Within("the warning")).Message);
    }

    [Fact]
    public async Task Recorded_routes_without_an_effect_are_signalled_too()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.InstallTriggersAsync();
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(NewTable);
        await Database.ExecuteAsync(
            "insert into endpoint_route (key, route, opts, routing) values ('other:1', '/x', '{}', '{}')");
        await Database.ExecuteAsync("delete from endpoint_route where key = 'other:1'");

        Assert.Equal(ReloadOutcome.UpToDate, (await Registry.ReloadAsync()).Outcome);
        Assert.Equal(0L, await Database.ScalarAsync<long>("select count(*) from endpoint_sync.pending_changes"));
        Assert.Equal(1L, await FedAsync());
    }

    private static string Format(string grant, TestRole role) =>
        grant.Replace("{0}", role.Name, StringComparison.Ordinal);

    private async Task BumpAgainAsync()
    {
        await Database.ExecuteAsync("update endpoint_sync.state set bumped_at = bumped_at - interval '2 seconds'");
        await Deadline.UntilAsync(
            async () =>
            {
                await Registry.Sequence.BumpAgainAsync(CancellationToken.None);
                return await Database.ScalarAsync<bool>("select bumped_again from endpoint_sync.state");
            },
            "the second bump");
    }

    private async Task<(long Routing, long Apps)> SentAsync(string routing, string apps) => (
        await Database.ScalarAsync<long>($"select last_value from {routing}"),
        await Database.ScalarAsync<long>($"select last_value from {apps}"));

    private Task<long> FedAsync() => Database.ScalarAsync<long>("select count(*) from orm_signaling_routing");
}
