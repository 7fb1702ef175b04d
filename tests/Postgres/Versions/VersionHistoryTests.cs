using EndpointSync.Grains.History;
using EndpointSync.Tests.Testing.Upstream;
using EndpointSync.Tests.Testing;
using static EndpointSync.Tests.Postgres.Sync.StoredRows;

namespace EndpointSync.Tests.Postgres.Versions;

/// <summary>What the versions of a registry were, and what differed between any two.</summary>
public sealed class VersionHistoryTests : RegistryTests
{
    private const int Many = 1_000;

    private VersionHistory History => Registry.History;

    // Version 1 has /a and /b, 2 has /a2 and /b, 3 has /a and /b again but for the app of b, 4 has only b.
    private async Task MakeFourVersionsAsync()
    {
        await Database.AddEndpointAsync("a", "/a");
        await Database.AddEndpointAsync("b", "/b");
        await Registry.ReloadAsync();
        await EditAsync("root_path = '/a2'", 1);
        await EditAsync("root_path = '/a'", 1, "app = 'other'", 2);
        await EditAsync("active = false", 1);
    }

    [Fact]
    public async Task Every_version_has_its_own_routes_and_version_0_has_none()
    {
        await MakeFourVersionsAsync();

        var routes = new List<string>();
        for (var version = 0; version <= 4; version++)
        {
            var list = await History.ListRoutesAsync(
                new RouteVersion(version), cursor: null, Many, CancellationToken.None);
            Assert.Equal((version, null), ((int)list.Version.Value, list.Next));
            routes.Add(string.Join(
                ' ', list.Routes.Select(route => $"{route.Route!.Split('|')[0]}={route.App}@{route.Since}")));
        }

        Assert.Equal(
            ["", "/a/=api@1 /b/=api@1", "/a2/=api@2 /b/=api@1", "/a/=api@3 /b/=other@3", "/b/=other@3"], routes);
    }

    [Theory]
    [InlineData(0, 1, "+/a/ +/b/")]
    [InlineData(1, 2, "-/a/ +/a2/")]
    [InlineData(2, 1, "-/a2/ +/a/")]
    // The route of a went there and back, so it is no difference.
    [InlineData(1, 3, "-/b/=api +/b/=other")]
    [InlineData(1, 4, "-/a/ -/b/=api +/b/=other")]
    [InlineData(4, 0, "-/b/=other")]
    [InlineData(3, 3, "")]
    public async Task A_diff_has_what_differs_between_two_versions_in_either_direction(
        int from, int to, string expected)
    {
        await MakeFourVersionsAsync();

        var diff = await History.DiffAsync(
            new RouteVersion(from), new RouteVersion(to), cursor: null, Many, CancellationToken.None);

        Assert.Equal((from, to, null), ((int)diff.From.Value, (int)diff.To.Value, diff.Next));
        var changesOfApps = expected.Contains('=', StringComparison.Ordinal);
        Assert.Equal(
            expected,
            string.Join(' ', diff.Changes.SelectMany(one => new[] { ("-", one.Before), ("+", one.After) })
                .Where(side => side.Item2 is not null)
                .Select(side => side.Item1 + side.Item2!.Route!.Split('|')[0]
                    + (changesOfApps && side.Item2.Key == KeyOf(2) ? $"={side.Item2.App}" : ""))));
    }

    [Fact]
    public async Task A_version_names_its_sync_and_the_other_writers_that_led_to_it()
    {
        await Registry.InstallTriggersAsync();
        await Database.AddEndpointAsync("a", "/a");
        await Registry.ReloadAsync();
        await Database.AddForeignRouteAsync("endpoint.endpoint:5:/demo");
        await Registry.ReloadAsync();

        var first = await History.FindAsync(new RouteVersion(1), CancellationToken.None);
        var second = await History.FindAsync(new RouteVersion(2), CancellationToken.None);

        Assert.Equal(
            (1, 1, 1, 0, 0, "test-silo"),
            (first.Receipt.Callers, first.Receipt.EndpointsSynced, first.Receipt.RoutesAdded,
                first.Receipt.RoutesChanged, first.Receipt.RoutesRemoved, first.Receipt.Silo));
        Assert.Empty(first.Writes);
        Assert.Equal((0, 1), (second.Receipt.EndpointsSynced, second.Receipt.RoutesAdded));
        Assert.Equal(("INSERT", "adopted"), second.Writes is [var write] ? (write.Operation, write.Outcome) : default);
        Assert.True(second.Receipt.SyncedAt > first.Receipt.SyncedAt);
        Assert.Equal(
            (await Registry.Status.ReadAsync(CancellationToken.None)).ContentHash, second.Receipt.ContentHash);
    }

    [Fact]
    public async Task Pages_of_any_size_have_each_row_once_and_in_order()
    {
        for (var number = 1; number <= 7; number++)
        {
            await Database.AddEndpointAsync($"e{number}", $"/e{number}");
            await Registry.ReloadAsync();
        }

        foreach (var size in new[] { 1, 2, 3, 6, 7, 8 })
        {
            var versions = new List<long>();
            var routes = new List<string>();
            var changes = new List<string>();
            var endpoints = new List<int>();
            for (RouteVersion? cursor = null; versions.Count == 0 || cursor is not null;)
            {
                var page = await History.ListAsync(cursor, size, CancellationToken.None);
                versions.AddRange(page.Versions.Select(made => made.Version.Value));
                cursor = page.Next;
            }

            for (string? cursor = null; routes.Count == 0 || cursor is not null;)
            {
                var page = await History.ListRoutesAsync(null, cursor, size, CancellationToken.None);
                routes.AddRange(page.Routes.Select(route => route.Key));
                cursor = page.Next;
            }

            for (string? cursor = null; changes.Count == 0 || cursor is not null;)
            {
                var page = await History.DiffAsync(RouteVersion.None, null, cursor, size, CancellationToken.None);
                changes.AddRange(page.Changes.Select(change => change.Key));
                cursor = page.Next;
            }

            for (int? cursor = null; endpoints.Count == 0 || cursor is not null;)
            {
                var page = await Registry.Endpoints.ListAsync(cursor, size, CancellationToken.None);
                endpoints.AddRange(page.Endpoints.Select(endpoint => endpoint.Id));
                cursor = page.Next;
            }

            Assert.Equal([7, 6, 5, 4, 3, 2, 1], versions);
            Assert.Equal(Enumerable.Range(1, 7).Select(id => KeyOf(id)), routes);
            Assert.Equal(routes, changes);
            Assert.Equal(Enumerable.Range(1, 7), endpoints);
        }
    }

    [Fact]
    public async Task A_version_that_does_not_exist_is_refused_with_those_that_do()
    {
        await MakeFourVersionsAsync();
        await Database.ExecuteAsync("delete from endpoint_sync.versions where version = 1");

        foreach (var version in new[] { 1L, 5L, long.MaxValue })
        {
            foreach (var question in new Func<RouteVersion, Task>[]
            {
                unknown => History.FindAsync(unknown, CancellationToken.None),
                unknown => History.ListRoutesAsync(unknown, null, Many, CancellationToken.None),
                unknown => History.DiffAsync(unknown, null, null, Many, CancellationToken.None),
                unknown => History.DiffAsync(RouteVersion.None, unknown, null, Many, CancellationToken.None),
            })
            {
                var refused = await Assert.ThrowsAsync<UnknownVersionException>(
                    () => question(new RouteVersion(version)));
                Assert.Equal(
                    $"Registry 'test' has no version {version}. It keeps versions 2 to 4.", refused.Message);
            }
        }
    }

    [Theory]
    [InlineData(1, 100, new[] { 4L, 3 })]
    [InlineData(1_000, 3, new[] { 4L, 3, 2 })]
    [InlineData(1_000, 100, new[] { 4L, 3, 2, 1 })]
    // The newest is kept, whatever its age.
    [InlineData(0, 100, new[] { 4L })]
    public async Task Old_versions_and_those_beyond_a_number_are_deleted_with_the_routes_that_only_they_had(
        int days, int most, long[] kept)
    {
        await MakeFourVersionsAsync();
        await Database.ExecuteAsync(
            "update endpoint_sync.versions set synced_at = synced_at - interval '2 days' where version < 3");
        var before = await RoutesOfAsync(kept);

        while (await History.DeleteOldAsync(TimeSpan.FromDays(days), most, most: 1, CancellationToken.None) > 0)
        {
        }

        var page = await History.ListAsync(cursor: null, Many, CancellationToken.None);
        Assert.Equal(kept, page.Versions.Select(made => made.Version.Value));
        Assert.Equal(before, await RoutesOfAsync(kept));
        Assert.Equal(
            0L,
            await Database.ScalarAsync<long>(
                $"select count(*) from endpoint_sync.routes where to_version <= {kept[^1]}"));
        Assert.Equal(ReloadOutcome.UpToDate, (await Registry.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task One_silo_deletes_and_the_others_leave_it_to_that_one()
    {
        await MakeFourVersionsAsync();
        await using (await Session.InTransactionAsync(
            Database, "select pg_advisory_xact_lock(hashtextextended('endpointsync history retention public', 0))"))
        {
            Assert.Equal(0, await DeleteAllButOneAsync());
        }

        // The session's lock ends with it, a moment after its connection.
        await Deadline.UntilAsync(async () => await DeleteAllButOneAsync() > 0, "a deletion");
    }

    [Fact]
    public async Task A_sync_neither_waits_for_a_deletion_nor_keeps_it_waiting()
    {
        await MakeFourVersionsAsync();
        await using (await Session.InTransactionAsync(
            Database, "delete from endpoint_sync.versions where version = 1"))
        {
            await EditAsync("active = true", 1);
        }

        await using (await Session.InTransactionAsync(
            Database,
            "select from endpoint_sync.state for update; "
            + "select from endpoint_sync.versions where version = 5 for update"))
        {
            Assert.NotEqual(0, await DeleteAllButOneAsync());
        }
    }

    private Task<int> DeleteAllButOneAsync() =>
        History.DeleteOldAsync(TimeSpan.FromDays(1), mostVersions: 1, Many, CancellationToken.None);

    private async Task<List<(RouteVersion Version, RouteView Route)>> RoutesOfAsync(long[] versions)
    {
        var lists = await Task.WhenAll(versions.Select(version => History.ListRoutesAsync(
            new RouteVersion(version), cursor: null, Many, CancellationToken.None)));
        return [.. lists.SelectMany(list => list.Routes.Select(route => (list.Version, route)))];
    }

    private async Task EditAsync(string change, int id, string? second = null, int secondId = 0)
    {
        await Database.ExecuteAsync(
            $"update fastapi_endpoint set {change}, registry_sync = false where id = {id};"
            + (second is null
                ? ""
                : $"update fastapi_endpoint set {second}, registry_sync = false where id = {secondId}"));
        await Registry.ReloadAsync();
    }
}
