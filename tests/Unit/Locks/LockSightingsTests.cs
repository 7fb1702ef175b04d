using EndpointSync.Grains.Postgres;

namespace EndpointSync.Tests.Unit.Locks;

public sealed class LockSightingsTests
{
    private readonly LockSightings _sightings = new();

    [Fact]
    public void A_transaction_holds_the_lock_since_it_began()
    {
        Assert.Equal((At(1), false), _sightings.Saw(7, At(1), At(5)));
        Assert.Equal((At(1), false), _sightings.Saw(7, At(1), At(6)));
    }

    [Fact]
    public void The_next_transaction_of_a_session_is_another_hold()
    {
        _sightings.Saw(7, At(1), At(5));

        Assert.Equal((At(6), false), _sightings.Saw(7, At(6), At(8)));
    }

    [Fact]
    public void A_session_without_a_transaction_holds_the_lock_since_it_was_first_seen_through_all_its_transactions()
    {
        Assert.Equal((At(5), true), _sightings.Saw(7, null, At(5)));
        Assert.Equal((At(5), true), _sightings.Saw(7, At(6), At(7)));
        Assert.Equal((At(5), true), _sightings.Saw(7, At(8), At(9)));
        Assert.Equal((At(5), true), _sightings.Saw(7, null, At(10)));
    }

    [Fact]
    public void A_session_that_keeps_the_lock_beyond_a_transaction_held_it_when_it_was_first_seen()
    {
        _sightings.Saw(7, At(1), At(5));

        Assert.Equal((At(5), true), _sightings.Saw(7, null, At(6)));
    }

    [Fact]
    public void Another_session_and_one_that_was_free_of_it_in_between_begin_anew()
    {
        _sightings.Saw(7, null, At(1));

        Assert.Equal((At(2), true), _sightings.Saw(8, null, At(2)));
        _sightings.SawNobody();
        Assert.Equal((At(3), true), _sightings.Saw(8, null, At(3)));
    }

    private static DateTimeOffset At(int second) => DateTimeOffset.UnixEpoch.AddSeconds(second);
}
