using EndpointSync.Grains.Locks;

namespace EndpointSync.Tests.Unit.Locks;

public sealed class LockHoldTrackerTests
{
    private readonly LockHoldTracker _holds = new();

    [Fact]
    public void A_hold_begins_when_its_transaction_began()
    {
        Assert.Equal((At(1), false), _holds.Saw(7, At(1), At(5)));
        Assert.Equal((At(1), false), _holds.Saw(7, At(1), At(6)));
    }

    [Fact]
    public void The_next_transaction_of_a_session_is_another_hold()
    {
        _holds.Saw(7, At(1), At(5));

        Assert.Equal((At(6), false), _holds.Saw(7, At(6), At(8)));
    }

    [Fact]
    public void A_session_level_hold_begins_when_it_is_first_seen_and_spans_transactions()
    {
        Assert.Equal((At(5), true), _holds.Saw(7, null, At(5)));
        Assert.Equal((At(5), true), _holds.Saw(7, At(6), At(7)));
        Assert.Equal((At(5), true), _holds.Saw(7, At(8), At(9)));
        Assert.Equal((At(5), true), _holds.Saw(7, null, At(10)));
    }

    [Fact]
    public void A_hold_that_outlives_its_transaction_begins_when_it_was_first_seen()
    {
        _holds.Saw(7, At(1), At(5));

        Assert.Equal((At(5), true), _holds.Saw(7, null, At(6)));
    }

    [Fact]
    public void Another_session_or_a_release_in_between_begins_a_new_hold()
    {
        _holds.Saw(7, null, At(1));

        Assert.Equal((At(2), true), _holds.Saw(8, null, At(2)));
        _holds.SawNobody();
        Assert.Equal((At(3), true), _holds.Saw(8, null, At(3)));
    }

    private static DateTimeOffset At(int second) => DateTimeOffset.UnixEpoch.AddSeconds(second);
}
