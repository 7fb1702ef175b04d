using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Clustering;

/// <summary>Clocks of silos that differ from the database's.</summary>
public sealed class ClusterClockTests : IAsyncLifetime
{
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(10);

    private static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    private readonly DataSources _sources = new("membership");
    private readonly TestDatabase _database = new();

    public async ValueTask InitializeAsync() => await _database.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _sources.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_sign_of_life_from_the_future_is_set_to_now_in_its_own_cluster_only()
    {
        await using var table = await MembershipTable.OpenAsync(_database);
        await using var other = await MembershipTable.OpenAsync(_database);
        var future = Now + Ahead;
        await table.CreateVersionAsync();
        await table.InsertAsync(1, version: 0, aliveAt: future);
        await table.InsertAsync(2, version: 1);
        await other.CreateVersionAsync();
        await other.InsertAsync(1, version: 0, aliveAt: future);

        var reset = await ClusterDatabase.ResetFutureSignsOfLifeAsync(
            _sources.For(_database.ConnectionString), table.Deployment, CancellationToken.None);

        var (silo, ahead) = Assert.Single(reset);
        Assert.Equal("silo 1", silo);
        Assert.InRange(ahead, Ahead - TimeSpan.FromMinutes(1), Ahead);
        Assert.InRange(await AliveAsync(table, 1), Now.AddMinutes(-1), Now.AddSeconds(1));
        Assert.Equal(MembershipTable.Noon, await AliveAsync(table, 2));
        Assert.True(await AliveAsync(other, 1) > Now.AddMinutes(5), "another cluster's row changed");
    }

    [Fact]
    public async Task A_clock_that_is_ahead_is_measured()
    {
        var skew = await ClusterDatabase.MeasureClockSkewAsync(
            _sources.For(_database.ConnectionString), new ClockAhead(), CancellationToken.None);

        Assert.InRange(skew, Ahead - TimeSpan.FromSeconds(30), Ahead + TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task The_measurement_notices_that_the_memberships_sessions_may_not_write()
    {
        var source = _sources.For(_database.ConnectionString, ClusterDatabase.Schema);
        await _database.ExecuteAsync($"alter database {_database.Name} set default_transaction_read_only = on");
        await using (await source.OpenConnectionAsync())
        {
            await _database.ExecuteAsync(
                "set default_transaction_read_only = off; "
                + $"alter database {_database.Name} reset default_transaction_read_only");
        }

        await ClusterDatabase.MeasureClockSkewAsync(source, TimeProvider.System, CancellationToken.None);

        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("delete from orleans.orleansmembershiptable", CancellationToken.None);
    }

    private static async Task<DateTime> AliveAsync(MembershipTable table, int port) =>
        (DateTime)(await table.ReadRowAsync(port)).Single()["iamalivetime"]!;

    private sealed class ClockAhead : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
