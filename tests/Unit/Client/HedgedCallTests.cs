using EndpointSync.Client;
using EndpointSync.Core;
using Microsoft.Extensions.Time.Testing;

namespace EndpointSync.Tests.Unit.Client;

public sealed class HedgedCallTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    private readonly FakeTimeProvider _clock = new();
    private readonly HedgedCall<string> _hedged;
    private int _calls;

    public HedgedCallTests() => _hedged = new HedgedCall<string>(
        new JitteredBackoff(TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(5)), _clock);

    [Fact]
    public async Task A_successor_is_found_however_fast_its_predecessors_refuse_beside_a_call_that_was_lost()
    {
        var isThere = false;
        var answer = _hedged.FirstAsync(
            number => number == 0 ? Never() : isThere ? Task.FromResult("successor") : Refused(),
            TestContext.Current.CancellationToken);

        await PassAsync(TimeSpan.FromSeconds(20), answer);
        Assert.False(answer.IsCompleted);
        // A second each, and not a burst.
        Assert.InRange(_calls, 20, 80);

        isThere = true;
        await PassAsync(TimeSpan.FromSeconds(1), answer);
        Assert.True(answer.IsCompleted);
        Assert.Equal("successor", await answer);
    }

    [Fact]
    public async Task A_silo_that_is_gone_is_followed_by_the_next_one_sooner_than_one_that_is_silent()
    {
        var refused = _hedged.FirstAsync(
            number => number == 0 ? Refused() : Task.FromResult("second"), TestContext.Current.CancellationToken);
        var silent = _hedged.FirstAsync(
            number => number == 0 ? Never() : Task.FromResult("second"), TestContext.Current.CancellationToken);

        await PassAsync(TimeSpan.FromMilliseconds(40), refused);
        Assert.True(refused.IsCompleted);
        Assert.False(silent.IsCompleted);

        await PassAsync(TimeSpan.FromMilliseconds(150), silent);
        Assert.Equal("second", await silent);
    }

    [Fact]
    public async Task A_failure_counts_when_all_calls_have_failed_and_not_before()
    {
        var failed = _hedged.FirstAsync(_ => Refused(), TestContext.Current.CancellationToken);

        await PassAsync(TimeSpan.FromSeconds(20), failed);

        await Assert.ThrowsAsync<TimeoutException>(() => failed);
        Assert.Equal(HedgedCall<string>.MostFailures, _calls);
    }

    [Fact]
    public async Task An_unknown_registry_is_an_answer()
    {
        await Assert.ThrowsAsync<UnknownRegistryException>(() => _hedged.FirstAsync(
            _ => Task.FromException<string>(new UnknownRegistryException("none")),
            TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Whoever_cancels_waits_for_no_call()
    {
        using var cancelled = new CancellationTokenSource();
        var answer = _hedged.FirstAsync(_ => Never(), cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    private Task<string> Refused()
    {
        _calls++;
        return Task.FromException<string>(new TimeoutException("refused"));
    }

    private static Task<string> Never() => new TaskCompletionSource<string>().Task;

    private async Task PassAsync(TimeSpan time, Task until)
    {
        for (var passed = TimeSpan.Zero; passed < time && !until.IsCompleted; passed += Tick)
        {
            _clock.Advance(Tick);
            await Task.Yield();
        }
    }
}
