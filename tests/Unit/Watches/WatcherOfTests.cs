using System.Net;
using EndpointSync.Grains.Foreign;

namespace EndpointSync.Tests.Unit.Watches;

public sealed class WatcherOfTests
{
    private static readonly List<string> Databases = [.. Enumerable.Range(0, 300).Select(number => $"127.0.0.1:5432/odoo_{number}")];

    private static readonly List<SiloAddress> Silos = [.. Enumerable.Range(0, 3).Select(number => SiloAddress.New(IPAddress.Loopback, 11111 + number, 7 + number))];

    [Fact]
    public void Databases_are_spread_over_the_silos()
    {
        var shares = Databases.CountBy(database => DatabaseWatches.WatcherOf(database, Silos)!).ToList();

        Assert.Equal(3, shares.Count);
        Assert.All(shares, share => Assert.InRange(share.Value, 60, 140));
    }

    [Fact]
    public void Every_silo_reckons_alike_however_it_lists_the_others()
    {
        var reversed = Enumerable.Reverse(Silos).ToList();

        Assert.All(Databases, database => Assert.Equal(DatabaseWatches.WatcherOf(database, Silos), DatabaseWatches.WatcherOf(database, reversed)));
    }

    [Fact]
    public void Only_the_databases_of_a_silo_that_goes_get_another_one()
    {
        var left = Silos.Skip(1).ToList();

        foreach (var database in Databases)
        {
            var before = DatabaseWatches.WatcherOf(database, Silos);
            var after = DatabaseWatches.WatcherOf(database, left);
            Assert.True(after!.Equals(before) || before!.Equals(Silos[0]), $"{database} went from {before} to {after}");
        }
    }

    [Fact]
    public void A_silo_that_comes_takes_its_share_and_moves_no_other_database()
    {
        var joined = SiloAddress.New(IPAddress.Loopback, 22222, 1);

        var moved = Databases.Where(database => !DatabaseWatches.WatcherOf(database, Silos)!.Equals(DatabaseWatches.WatcherOf(database, [.. Silos, joined]))).ToList();

        Assert.InRange(moved.Count, 40, 115);
        Assert.All(moved, database => Assert.Equal(joined, DatabaseWatches.WatcherOf(database, [.. Silos, joined])));
    }

    [Fact]
    public void Nobody_watches_where_no_silo_is_active() => Assert.Null(DatabaseWatches.WatcherOf(Databases[0], []));
}
