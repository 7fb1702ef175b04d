using System.Diagnostics;
using EndpointSync.Bench.Model;
using EndpointSync.Bench.Serving;

namespace EndpointSync.Bench.Propagation;

/// <summary>
/// The rounds of one fleet, each of one route written, while every server answers requests for another path.
/// </summary>
internal sealed class PropagationRounds(BenchRun run, IRoutedFleet fleet)
{
    public const string Failed = "failed requests";
    public const string Closed = "connections closed";

    private const int WarmUp = 3;
    private const int LeastRounds = 5;

    // Fifty requests in a second to eight servers: few enough not to affect the measure, and enough that nothing is
    // missed.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(160);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestCase = TimeSpan.FromSeconds(20);

    private bool _isWarm;

    public Task MeasureAsync(int size, Row served) => MeasureAsync(size, served, floor: null, () => Task.CompletedTask);

    /// <param name="size">How many routes there are before.</param>
    /// <param name="served">From the write until all have it.</param>
    /// <param name="floor">One commit and one request; null where there is no database.</param>
    /// <param name="commit">The commit.</param>
    public async Task MeasureAsync(int size, Row served, Row? floor, Func<Task> commit)
    {
        await fleet.DeclareAsync(size);
        var path = DeclaredEndpoints.PathOf(size);
        using var asked = new AskedWorkers(fleet.Workers, Pause);
        using var load = new AskedWorkers(fleet.Workers, Pause);
        await Task.WhenAll(asked.UntilServedAsync(path), load.UntilServedAsync(path));
        await WarmUpAsync(asked, size);
        using var ended = new CancellationTokenSource();
        var (failed, connections) = (asked.Failed + load.Failed, asked.Connections + load.Connections);
        var steady = load.AskSteadilyAsync(path, Pace, ended.Token);
        var begun = Stopwatch.GetTimestamp();
        var most = run.Sized(full: 100, quick: 15);
        for (
            var number = 0; number < most
                && (number < LeastRounds || Stopwatch.GetElapsedTime(begun) < LongestCase); number++)
        {
            await (floor?.MeasureAsync(() => CommitAndAskAsync(asked, path, commit)) ?? Task.CompletedTask);
            await served.MeasureAsync(() => PropagateAsync(asked));
        }

        await ended.CancelAsync();
        await steady;
        served.Tally(Failed, asked.Failed + load.Failed - failed);
        served.Tally(Closed, asked.Connections + load.Connections - connections);
    }

    private static async Task CommitAndAskAsync(AskedWorkers asked, string path, Func<Task> commit)
    {
        await commit();
        await asked.AskOnceAsync(path);
    }

    private async Task WarmUpAsync(AskedWorkers asked, int size)
    {
        for (var number = 0; number < WarmUp; number++)
        {
            await PropagateAsync(asked);
        }

        if (run.IsQuick || _isWarm || fleet.WarmUpTime == TimeSpan.Zero)
        {
            return;
        }

        var last = "";
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < fleet.WarmUpTime)
        {
            last = await PropagateAsync(asked);
        }

        // The case must have exactly its number of routes.
        await fleet.DeclareAsync(size);
        await asked.UntilGoneAsync(last);
        _isWarm = true;
    }

    private async Task<string> PropagateAsync(AskedWorkers asked)
    {
        var path = await fleet.AddAsync();
        await asked.UntilServedAsync(path);
        return path;
    }
}
