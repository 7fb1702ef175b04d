using EndpointSync.Tests.Testing;
using static EndpointSync.Tests.Postgres.Sync.StoredRows;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class InSyncTests : RegistryTests
{
    [Fact]
    public async Task A_row_is_stored_as_Odoo_would_have_written_it()
    {
        await Database.AddEndpointAsync("OpenSPP API V2", "/api/v2/spp");
        await Registry.ReloadAsync();

        Assert.Equal(
            [
                "fastapi.endpoint:1:/|/<path:application_path>\n/api/v2/spp/|/api/v2/spp/<path:application_path>\n"
                + "{\"handler\": {\"klass_dotted_path\": "
                + "\"odoo.addons.endpoint_route_handler.controllers.main.EndpointNotFoundController\", "
                + "\"method_name\": \"auto_not_found\"}}\n"
                + "{\"type\": \"fastapi\", \"auth\": \"public\", \"methods\": [\"GET\", \"POST\", \"PUT\", \"PATCH\", "
                + "\"DELETE\", \"OPTIONS\", \"HEAD\"], "
                + "\"routes\": [\"/api/v2/spp/\", \"/api/v2/spp/<path:application_path>\"], "
                + "\"save_session\": false, \"readonly\": false}\n32 true",
            ],
            await Database.ListAsync(
                "select concat_ws(E'\\n', key, route, opts, routing, length(endpoint_hash) || ' ' || (route_group is "
                + "null)) from endpoint_route"));
    }

    [Fact]
    public async Task An_unsynced_endpoint_whose_row_is_right_only_gets_its_flag_and_no_new_version()
    {
        var id = await RoutedAsync("/a");
        var routes = await Database.WithWriterAsync("endpoint_route");
        await Database.ExecuteAsync($"update fastapi_endpoint set registry_sync = null where id = {id}");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal(
            (ReloadOutcome.Synced, 1L, 1L, 1),
            (receipt.Outcome, receipt.PreviousVersion.Value, receipt.Version.Value, receipt.EndpointsSynced));
        Assert.Equal([$"{id} true"], await Database.FlagsAsync());
        Assert.Equal(routes, await Database.WithWriterAsync("endpoint_route"));
    }

    [Fact]
    public async Task An_archived_endpoint_loses_its_row_and_is_flagged()
    {
        var id = await RoutedAsync("/a");
        await Database.ExecuteAsync(
            $"update fastapi_endpoint set active = false, registry_sync = false where id = {id}");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal(
            (2L, 0, 0, 1), (receipt.Version.Value, receipt.RoutesAdded, receipt.RoutesChanged, receipt.RoutesRemoved));
        Assert.Empty(await Database.KeysAsync());
        Assert.Equal([$"{id} true"], await Database.FlagsAsync());
    }

    [Fact]
    public async Task An_endpoint_whose_active_flag_was_never_set_is_not_routed()
    {
        await Database.ExecuteAsync("insert into fastapi_endpoint (name, root_path, app) values ('n', '/n', 'api')");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 0L), (receipt.Outcome, receipt.Version.Value));
        Assert.Empty(await Database.KeysAsync());
        Assert.Equal(["1 true"], await Database.FlagsAsync());
    }

    [Fact]
    public async Task A_deleted_endpoints_row_is_removed_and_the_version_counts_it()
    {
        var gone = await RoutedAsync("/a");
        var kept = await RoutedAsync("/b");
        await Database.ExecuteAsync($"delete from fastapi_endpoint where id = {gone}");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((3L, 1, 1), (receipt.Version.Value, receipt.RoutesRemoved, receipt.EndpointsSynced));
        Assert.Equal([KeyOf(kept)], await Database.KeysAsync());
    }

    [Theory]
    [InlineData("update endpoint_route set route = '/hacked'")]
    [InlineData("update endpoint_route set routing = replace(routing, 'public', 'user')")]
    [InlineData("update endpoint_route set routing = 'not json'")]
    [InlineData("update endpoint_route set routing = '{\"type\": 1, \"type\": 1}'")]
    [InlineData("update endpoint_route set opts = null")]
    [InlineData("update endpoint_route set key = 'fastapi.endpoint:1:/elsewhere'")]
    [InlineData("delete from endpoint_route")]
    public async Task A_row_that_drifted_is_repaired_although_the_flag_says_synced(string drift)
    {
        await RoutedAsync("/a");
        var right = await ContentAsync();
        await Database.ExecuteAsync(drift);

        var receipt = await Registry.ReloadAsync();

        Assert.Equal(ReloadOutcome.Synced, receipt.Outcome);
        Assert.Equal(right, await ContentAsync());
        Assert.Equal(ReloadOutcome.UpToDate, (await Registry.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task A_row_that_differs_only_in_spelling_is_left_unchanged()
    {
        await RoutedAsync("/a");
        await Database.ExecuteAsync("update endpoint_route set routing = routing::jsonb::text");
        var respelled = await Database.WithWriterAsync("endpoint_route");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((0, 1), (receipt.EndpointsSynced, receipt.RoutesChanged));
        Assert.Equal(respelled, await Database.WithWriterAsync("endpoint_route"));
    }

    [Fact]
    public async Task An_orphan_is_logged_and_repaired()
    {
        var id = await RoutedAsync("/a");
        await Database.ExecuteAsync("delete from endpoint_route");

        await Registry.ReloadAsync();

        var logged = await Registry.Log.FirstAsync(1103).Within("the warning of the orphan");
        Assert.Equal(
            $"Endpoint '/a' (id={id}) claims to be synced but has no routes - forcing re-sync", logged.Message);
        Assert.Equal([KeyOf(id)], await Database.KeysAsync());
    }

    [Fact]
    public async Task Two_endpoints_that_swap_their_root_paths_are_both_right_at_the_next_version()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Database.AddEndpointAsync("two", "/b");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = case id when 1 then '/b' else '/a' end, registry_sync = false");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((2L, 2), (receipt.Version.Value, receipt.RoutesChanged));
        Assert.Equal(
            ["1 /b/|/b/<path:application_path>", "2 /a/|/a/<path:application_path>"],
            await Database.ListAsync("select id || ' ' || route from endpoint_route order by id"));
    }

    private async Task<int> RoutedAsync(string rootPath)
    {
        var id = await Database.AddEndpointAsync(rootPath, rootPath);
        await Registry.ReloadAsync();
        return id;
    }

    private Task<List<string?>> ContentAsync() =>
        Database.ListAsync(
            "select concat_ws(E'\\n', key, route, opts, routing, endpoint_hash, route_group) from endpoint_route");
}
