using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Unit.Contract;

public sealed class FlightsTests
{
    private readonly GatedFlights _gated = new();

    [Fact]
    public async Task A_caller_never_joins_a_flight_that_has_begun()
    {
        var first = _gated.Join();
        var running = await _gated.NextAsync();
        var second = _gated.Join();
        running.Land();

        Assert.Equal(1, await first.Within("the first flight"));
        var next = await _gated.NextAsync();
        Assert.False(second.IsCompleted);
        next.Land();
        Assert.Equal(2, await second.Within("the second flight"));
    }

    [Fact]
    public async Task A_caller_who_is_alone_waits_for_no_other_thread_to_begin()
    {
        var began = 0;
        var flights = new Flights<int>(callers =>
        {
            began = Environment.CurrentManagedThreadId;
            return Task.FromResult(callers);
        });
        var (landed, caller) = (flights.JoinAsync(1, CancellationToken.None), Environment.CurrentManagedThreadId);

        Assert.Equal(caller, began);
        Assert.Equal(1, await landed);
    }

    [Fact]
    public async Task A_caller_who_is_alone_waits_for_no_other_thread_to_go_on()
    {
        var gate = new TaskCompletionSource<int>();
        var flights = new Flights<int>(_ => gate.Task);
        async Task<int> GoOnAsync()
        {
            await flights.JoinAsync(1, CancellationToken.None);
            return Environment.CurrentManagedThreadId;
        }

        var wentOn = GoOnAsync();
        var landed = 0;
        var lander = new Thread(() =>
        {
            landed = Environment.CurrentManagedThreadId;
            gate.SetResult(1);
        });
        lander.Start();
        lander.Join();

        Assert.Equal(landed, await wentOn.Within("the caller to go on"));
    }

    [Fact]
    public async Task A_caller_who_holds_up_its_thread_holds_up_nobody_else()
    {
        using var release = new ManualResetEventSlim();
        async Task<int> HoldUpAsync()
        {
            var number = await _gated.Join();
            release.Wait();
            return number;
        }

        var first = HoldUpAsync();
        var running = await _gated.NextAsync();
        var second = _gated.Join();
        running.Land();
        (await _gated.NextAsync()).Land();

        Assert.Equal(2, await second.Within("the flight of the others"));
        Assert.False(first.IsCompleted);
        release.Set();
        Assert.Equal(1, await first.Within("the caller who held up its thread"));
    }

    [Fact]
    public async Task A_storm_costs_the_running_flight_plus_one()
    {
        var first = _gated.Join();
        var running = await _gated.NextAsync();
        var storm = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => Task.Run(() => Task.FromResult(_gated.Join()))));
        running.Land();
        var next = await _gated.NextAsync();
        next.Land();

        Assert.Equal(1, await first.Within("the first flight"));
        Assert.All(await Task.WhenAll(storm.Select(join => join)).Within("the storm"), number => Assert.Equal(2, number));
        await _gated.Flights.Idle.Within("idle");
        Assert.False(_gated.AnotherBegan);
    }

    [Fact]
    public async Task The_callers_of_a_flight_are_counted_and_each_counts_once()
    {
        _ = _gated.Join(callers: 3);
        var running = await _gated.NextAsync();
        _ = _gated.Join(callers: 2);
        _ = _gated.Join(callers: 0);
        _ = _gated.Join(callers: 5);
        running.Land();
        var next = await _gated.NextAsync();
        next.Land();

        Assert.Equal((3, 7), (running.Callers, next.Callers));
    }

    [Fact]
    public async Task A_caller_that_gives_up_ends_its_own_wait_only()
    {
        _ = _gated.Join();
        var running = await _gated.NextAsync();
        using var impatience = new CancellationTokenSource();
        var leaver = _gated.Flights.JoinAsync(1, impatience.Token);
        var stayer = _gated.Join();
        await impatience.CancelAsync();
        running.Land();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver);
        (await _gated.NextAsync()).Land();
        Assert.Equal(2, await stayer.Within("the flight of the one who stayed"));
    }

    [Fact]
    public async Task A_flight_that_everybody_left_lands_and_the_next_one_begins()
    {
        using var impatience = new CancellationTokenSource();
        var leaver = _gated.Flights.JoinAsync(1, impatience.Token);
        var running = await _gated.NextAsync();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver);
        var next = _gated.Join();
        running.Land();

        (await _gated.NextAsync()).Land();
        Assert.Equal(2, await next.Within("the next flight"));
    }

    [Fact]
    public async Task A_failure_fails_exactly_its_callers_and_is_not_remembered()
    {
        var first = _gated.Join();
        var running = await _gated.NextAsync();
        var second = _gated.Join();
        running.Gate.SetException(new InvalidOperationException("lost"));
        (await _gated.NextAsync()).Land();

        Assert.Equal("lost", (await Assert.ThrowsAsync<InvalidOperationException>(() => first.Within("the failure"))).Message);
        Assert.Equal(2, await second.Within("the second flight"));
        var third = _gated.Join();
        (await _gated.NextAsync()).Land();
        Assert.Equal(3, await third.Within("the third flight"));
    }

    [Fact]
    public async Task A_flight_that_cannot_even_begin_fails_its_callers()
    {
        var flights = new Flights<int>(_ => throw new InvalidOperationException("no ground"));

        Assert.Equal("no ground", (await Assert.ThrowsAsync<InvalidOperationException>(() => flights.JoinAsync(1, CancellationToken.None))).Message);
        await flights.Idle.Within("idle");
    }

    [Fact]
    public async Task Idle_comes_after_the_last_waiting_flight()
    {
        Assert.True(_gated.Flights.Idle.IsCompleted);
        _ = _gated.Join();
        var running = await _gated.NextAsync();
        var idle = _gated.Flights.Idle;
        var waiting = _gated.Join();
        running.Land();
        var next = await _gated.NextAsync();

        Assert.False(idle.IsCompleted);
        next.Land();
        await waiting.Within("the waiting flight");
        await idle.Within("idle");
    }
}
