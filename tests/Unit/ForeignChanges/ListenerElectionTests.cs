using System.Net;
using EndpointSync.Grains.ForeignChanges;

namespace EndpointSync.Tests.Unit.ForeignChanges;

public sealed class ListenerElectionTests
{
    // Each of them has the registries of one database.
    private static readonly List<string[]> Databases =
        [.. Enumerable.Range(0, 300).Select(number => new[] { $"odoo_{number}", $"other_{number}" })];

    private static readonly List<SiloAddress> Silos =
        [.. Enumerable.Range(0, 3).Select(number => SiloAddress.New(IPAddress.Loopback, 11111 + number, 7 + number))];

    [Fact]
    public void Databases_are_spread_over_the_silos()
    {
        var shares = Databases.CountBy(database => DatabaseListeners.ListenerOf(database, Silos)!).ToList();

        Assert.Equal(3, shares.Count);
        Assert.All(shares, share => Assert.InRange(share.Value, 60, 140));
    }

    [Fact]
    public void Every_silo_elects_the_same_listener_in_whatever_order_it_lists_the_silos()
    {
        var reversed = Enumerable.Reverse(Silos).ToList();

        Assert.All(
            Databases,
            database => Assert.Equal(
                DatabaseListeners.ListenerOf(database, Silos), DatabaseListeners.ListenerOf(database, reversed)));
    }

    [Fact]
    public void The_order_of_registries_does_not_count() =>
        Assert.All(
            Databases,
            database => Assert.Equal(
                DatabaseListeners.ListenerOf(database, Silos),
                DatabaseListeners.ListenerOf(database.Reverse(), Silos)));

    [Fact]
    public void When_a_silo_leaves_only_its_databases_move()
    {
        var left = Silos.Skip(1).ToList();

        foreach (var database in Databases)
        {
            var before = DatabaseListeners.ListenerOf(database, Silos);
            var after = DatabaseListeners.ListenerOf(database, left);
            Assert.True(
                after!.Equals(before) || before!.Equals(Silos[0]), $"{database[0]} went from {before} to {after}");
        }
    }

    [Fact]
    public void A_silo_that_joins_takes_its_share_and_moves_no_other_database()
    {
        var joined = SiloAddress.New(IPAddress.Loopback, 22222, 1);

        var moved = Databases.Where(
            database => !DatabaseListeners.ListenerOf(database, Silos)!.Equals(
                DatabaseListeners.ListenerOf(database, [.. Silos, joined]))).ToList();

        Assert.InRange(moved.Count, 40, 115);
        Assert.All(moved, database => Assert.Equal(joined, DatabaseListeners.ListenerOf(database, [.. Silos, joined])));
    }

    [Fact]
    public void No_listener_is_elected_without_an_active_silo() =>
        Assert.Null(DatabaseListeners.ListenerOf(Databases[0], []));
}
