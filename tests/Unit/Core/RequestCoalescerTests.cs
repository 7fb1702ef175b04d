using EndpointSync.Core;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Unit.Core;

public sealed class RequestCoalescerTests
{
    private readonly GatedCoalescer _gated = new();

    [Fact]
    public async Task A_caller_never_joins_a_run_that_has_begun()
    {
        var first = _gated.Join();
        var running = await _gated.NextAsync();
        var second = _gated.Join();
        running.Complete();

        Assert.Equal(1, await first.Within("the first run"));
        var next = await _gated.NextAsync();
        Assert.False(second.IsCompleted);
        next.Complete();
        Assert.Equal(2, await second.Within("the second run"));
    }

    [Fact]
    public async Task A_lone_callers_run_begins_on_its_own_thread()
    {
        var began = 0;
        var coalescer = new RequestCoalescer<int, int>(
            callers =>
            {
                began = Environment.CurrentManagedThreadId;
                return Task.FromResult(callers);
            },
            static (first, second) => first + second);
        var (result, caller) = (coalescer.JoinNextAsync(1, CancellationToken.None), Environment.CurrentManagedThreadId);

        Assert.Equal(caller, began);
        Assert.Equal(1, await result);
    }

    [Fact]
    public async Task A_lone_caller_continues_on_the_thread_that_completes_its_run()
    {
        var gate = new TaskCompletionSource<int>();
        var coalescer = new RequestCoalescer<int, int>(_ => gate.Task, static (first, second) => first + second);
        async Task<int> ContinueAsync()
        {
            await coalescer.JoinNextAsync(1, CancellationToken.None);
            return Environment.CurrentManagedThreadId;
        }

        var continued = ContinueAsync();
        var completing = 0;
        var completer = new Thread(() =>
        {
            completing = Environment.CurrentManagedThreadId;
            gate.SetResult(1);
        });
        completer.Start();
        completer.Join();

        Assert.Equal(completing, await continued.Within("the caller to continue"));
    }

    [Fact]
    public async Task A_caller_that_blocks_its_thread_delays_no_other_caller()
    {
        using var release = new ManualResetEventSlim();
        async Task<int> BlockAsync()
        {
            var number = await _gated.Join();
            release.Wait();
            return number;
        }

        var first = BlockAsync();
        var running = await _gated.NextAsync();
        var second = _gated.Join();
        running.Complete();
        (await _gated.NextAsync()).Complete();

        Assert.Equal(2, await second.Within("the run of the other callers"));
        Assert.False(first.IsCompleted);
        release.Set();
        Assert.Equal(1, await first.Within("the caller that blocked its thread"));
    }

    [Fact]
    public async Task A_storm_costs_the_running_run_plus_one()
    {
        var first = _gated.Join();
        var running = await _gated.NextAsync();
        var storm = await Task.WhenAll(
            Enumerable.Range(0, 1_000).Select(_ => Task.Run(() => Task.FromResult(_gated.Join()))));
        running.Complete();
        var next = await _gated.NextAsync();
        next.Complete();

        Assert.Equal(1, await first.Within("the first run"));
        Assert.All(
            await Task.WhenAll(storm.Select(join => join)).Within("the storm"), number => Assert.Equal(2, number));
        await _gated.Coalescer.Idle.Within("idle");
        Assert.False(_gated.AnotherBegan);
    }

    [Fact]
    public async Task The_callers_of_a_run_are_counted_and_each_counts_once()
    {
        _ = _gated.Join(callers: 3);
        var running = await _gated.NextAsync();
        _ = _gated.Join(callers: 2);
        _ = _gated.Join(callers: 0);
        _ = _gated.Join(callers: 5);
        running.Complete();
        var next = await _gated.NextAsync();
        next.Complete();

        Assert.Equal((3, 7), (running.Callers, next.Callers));
    }

    [Fact]
    public async Task A_caller_that_gives_up_ends_its_own_wait_only()
    {
        _ = _gated.Join();
        var running = await _gated.NextAsync();
        using var cancellation = new CancellationTokenSource();
        var leaver = _gated.Coalescer.JoinNextAsync(1, cancellation.Token);
        var stayer = _gated.Join();
        await cancellation.CancelAsync();
        running.Complete();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver);
        (await _gated.NextAsync()).Complete();
        Assert.Equal(2, await stayer.Within("the run of the caller that stayed"));
    }

    [Fact]
    public async Task A_run_that_every_caller_left_completes_and_the_next_one_begins()
    {
        using var cancellation = new CancellationTokenSource();
        var leaver = _gated.Coalescer.JoinNextAsync(1, cancellation.Token);
        var running = await _gated.NextAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver);
        var next = _gated.Join();
        running.Complete();

        (await _gated.NextAsync()).Complete();
        Assert.Equal(2, await next.Within("the next run"));
    }

    [Fact]
    public async Task A_failure_fails_exactly_its_callers_and_is_not_remembered()
    {
        var first = _gated.Join();
        var running = await _gated.NextAsync();
        var second = _gated.Join();
        running.Gate.SetException(new InvalidOperationException("lost"));
        (await _gated.NextAsync()).Complete();

        Assert.Equal(
            "lost", (await Assert.ThrowsAsync<InvalidOperationException>(() => first.Within("the failure"))).Message);
        Assert.Equal(2, await second.Within("the second run"));
        var third = _gated.Join();
        (await _gated.NextAsync()).Complete();
        Assert.Equal(3, await third.Within("the third run"));
    }

    [Fact]
    public async Task A_run_that_cannot_begin_fails_its_callers()
    {
        var coalescer = new RequestCoalescer<int, int>(
            _ => throw new InvalidOperationException("no ground"), static (first, second) => first + second);

        Assert.Equal(
            "no ground",
            (await Assert.ThrowsAsync<InvalidOperationException>(
                () => coalescer.JoinNextAsync(1, CancellationToken.None))).Message);
        await coalescer.Idle.Within("idle");
    }

    [Fact]
    public async Task Idle_comes_after_the_last_waiting_run()
    {
        Assert.True(_gated.Coalescer.Idle.IsCompleted);
        _ = _gated.Join();
        var running = await _gated.NextAsync();
        var idle = _gated.Coalescer.Idle;
        var waiting = _gated.Join();
        running.Complete();
        var next = await _gated.NextAsync();

        Assert.False(idle.IsCompleted);
        next.Complete();
        await waiting.Within("the waiting run");
        await idle.Within("idle");
    }
}
