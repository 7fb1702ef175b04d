using EndpointSync.Tests.Testing;
using static EndpointSync.Tests.Postgres.Clustering.MembershipTable;

namespace EndpointSync.Tests.Postgres.Clustering;

public sealed class MembershipTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly string[] Columns =
    [
        "address", "port", "generation", "siloname", "hostname", "status", "proxyport", "suspecttimes", "starttime",
        "iamalivetime", "version",
    ];

    private MembershipTable _table = null!;

    public async ValueTask InitializeAsync()
    {
        _table = await MembershipTable.OpenAsync(database);
        await _table.CreateVersionAsync();
    }

    public ValueTask DisposeAsync() => _table.DisposeAsync();

    [Fact]
    public void Every_query_that_Orleans_reads_exists() => Assert.Equal(
        [
            "CleanupDefunctSiloEntriesKey", "DeleteMembershipTableEntriesKey", "GatewaysQueryKey",
            "InsertMembershipKey", "InsertMembershipVersionKey",
            "MembershipReadAllKey", "MembershipReadRowKey", "UpdateIAmAlivetimeKey", "UpdateMembershipKey",
        ],
        _table.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public async Task The_version_row_is_created_once_and_begins_at_zero()
    {
        Assert.False(await _table.CreateVersionAsync());
        Assert.Equal(0, await _table.VersionAsync());
    }

    [Fact]
    public async Task A_silo_is_inserted_with_the_version_or_not_at_all()
    {
        Assert.True(await _table.InsertAsync(1, version: 0));
        Assert.False(await _table.InsertAsync(2, version: 0));
        Assert.False(await _table.InsertAsync(2, version: 7));

        Assert.Equal(1, await _table.VersionAsync());
        Assert.Equal([1], (await _table.ReadAllAsync()).Select(row => row["port"]));
    }

    [Fact]
    public async Task An_existing_silo_is_not_inserted_again_and_does_not_advance_the_version()
    {
        await _table.InsertAsync(1, version: 0);

        Assert.False(await _table.InsertAsync(1, version: 1));
        Assert.Equal(1, await _table.VersionAsync());
    }

    [Fact]
    public async Task An_update_changes_the_silo_together_with_the_version()
    {
        await _table.InsertAsync(1, version: 0);

        Assert.False(await _table.UpdateAsync(1, version: 0));
        Assert.Equal((Active, 1), await StateOfAsync(1));
        Assert.True(
            await _table.UpdateAsync(1, version: 1, Dead, suspects: "10.0.0.2:1@7,2026-01-02 12:00:00.000 GMT"));
        Assert.Equal((Dead, 2), await StateOfAsync(1));
        Assert.Equal(
            "10.0.0.2:1@7,2026-01-02 12:00:00.000 GMT", (await _table.ReadRowAsync(1)).Single()["suspecttimes"]);
    }

    [Fact]
    public async Task An_update_of_a_missing_silo_does_not_advance_the_version()
    {
        Assert.False(await _table.UpdateAsync(1, version: 0));
        Assert.Equal(0, await _table.VersionAsync());
    }

    [Fact]
    public async Task A_heartbeat_does_not_touch_the_version_or_another_silo()
    {
        await _table.InsertAsync(1, version: 0);
        await _table.InsertAsync(2, version: 1);
        var tableId = await TableIdAsync();

        await _table.BeatAsync(1, Noon.AddHours(1));

        Assert.Equal(tableId, await TableIdAsync());
        Assert.Equal(
            [Noon.AddHours(1), Noon],
            (await _table.ReadAllAsync()).OrderBy(row => row["port"]).Select(row => row["iamalivetime"]));
    }

    [Fact]
    public async Task Reading_returns_one_row_with_the_version_even_without_a_silo()
    {
        var row = (await _table.ReadRowAsync(1)).Single();
        var all = (await _table.ReadAllAsync()).Single();

        Assert.Equal((0, null, null), (row["version"], row["address"], row["status"]));
        Assert.Equal((0, null), (all["version"], all["address"]));
        Assert.Empty(await _table.ReadAllAsync("another cluster"));
        Assert.Empty(await _table.ReadRowAsync(1, "another cluster"));
    }

    [Fact]
    public async Task A_silos_row_is_read_as_it_was_written()
    {
        await _table.InsertAsync(1, version: 0);

        var row = (await _table.ReadRowAsync(1)).Single();

        Assert.Equal(
            ["10.0.0.1", 1, 7, "silo 1", "host", Active, 2, null, Noon, Noon, 1],
            Columns.Select(column => row[column]));
    }

    [Fact]
    public async Task Gateways_are_the_active_silos_with_a_port_for_clients()
    {
        await _table.InsertAsync(1, version: 0);
        await _table.InsertAsync(2, version: 1, Joining);
        await _table.InsertAsync(-1, version: 2);

        var gateway = Assert.Single(await _table.GatewaysAsync());

        Assert.Equal(("10.0.0.1", 2, 7), (gateway["address"], gateway["proxyport"], gateway["generation"]));
    }

    [Fact]
    public async Task A_clean_up_deletes_old_inactive_silos_and_keeps_the_version()
    {
        await _table.InsertAsync(1, version: 0);
        await _table.InsertAsync(2, version: 1, Dead);
        await _table.InsertAsync(3, version: 2, Joining);
        await _table.InsertAsync(4, version: 3, Dead, aliveAt: Noon.AddHours(2));

        await _table.CleanUpAsync(Noon.AddHours(1));

        Assert.Equal([1, 4], (await _table.ReadAllAsync()).Select(row => (int)row["port"]!).Order());
        Assert.Equal(4, await _table.VersionAsync());
    }

    [Fact]
    public async Task A_deleted_cluster_is_gone_with_its_version()
    {
        await _table.InsertAsync(1, version: 0);

        await _table.DeleteAsync();

        Assert.Empty(await _table.ReadAllAsync());
        Assert.True(await _table.CreateVersionAsync());
    }

    private async Task<(int Status, int Version)> StateOfAsync(int port)
    {
        var row = (await _table.ReadRowAsync(port)).Single();
        return ((int)row["status"]!, (int)row["version"]!);
    }

    private Task<string> TableIdAsync() =>
        database.ScalarAsync<string>(
            $"select xmin || ' ' || t::text from orleans.OrleansMembershipVersionTable as t where DeploymentId = "
            + $"'{_table.Deployment}'");
}
