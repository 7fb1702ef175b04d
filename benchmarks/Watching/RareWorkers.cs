using System.Text.Json;

namespace EndpointSync.Bench.Watching;

/// <summary>
/// Many workers that keep no table and ask rarely, so that what is measured is not their questions. Each begins with
/// the newest version, and confirms every version that it is told of.
/// </summary>
internal sealed class RareWorkers : IAsyncDisposable
{
    private const int AskTogether = 16;

    private readonly LargeRegistry _registry;
    private readonly TimeSpan _interval;
    private readonly Guid[] _ids;
    private readonly (long Version, string Hash)[] _tables;
    private readonly CancellationTokenSource _stop = new();
    private Task _asking = Task.CompletedTask;

    private RareWorkers(LargeRegistry registry, int workers, TimeSpan interval)
    {
        (_registry, _interval) = (registry, interval);
        _ids = [.. Enumerable.Range(0, workers).Select(_ => Guid.NewGuid())];
        _tables = new (long, string)[workers];
    }

    /// <summary>Starts workers, all of which the silo knows when this returns.</summary>
    /// <param name="registry">What they serve.</param>
    /// <param name="workers">How many.</param>
    /// <param name="interval">How often each of them asks.</param>
    public static async Task<RareWorkers> StartAsync(LargeRegistry registry, int workers, TimeSpan interval)
    {
        var all = new RareWorkers(registry, workers, interval);
        var newest = await HeadAsync(await registry.OpenAsync($"feed?worker={Guid.NewGuid()}&name=first&timeout=0ms"));
        Array.Fill(all._tables, newest);
        await all.AskAllAsync();
        all._asking = Task.Run(all.AskOnAsync);
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _asking;
        _stop.Dispose();
    }

    private Task AskAllAsync() => Parallel.ForAsync(
        0, _ids.Length, new ParallelOptions { MaxDegreeOfParallelism = AskTogether },
        async (worker, _) => await AskAsync(worker));

    // One after the other, so that the questions of all are spread over the interval.
    private async Task AskOnAsync()
    {
        using var timer = new PeriodicTimer(_interval / _ids.Length);
        for (var asked = 0; !_stop.IsCancellationRequested; asked++)
        {
            await AskAsync(asked % _ids.Length);
            try
            {
                await timer.WaitForNextTickAsync(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task AskAsync(int worker)
    {
        var (version, hash) = _tables[worker];
        _tables[worker] = await HeadAsync(await _registry.OpenAsync(
            $"feed?worker={_ids[worker]}&name=worker-{worker}&after={version}&hash={hash}&serves={version}"
            + "&timeout=0ms"));
    }

    private static async Task<(long Version, string Hash)> HeadAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            answer.EnsureSuccessStatusCode();
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            var head = JsonElement.Parse((await reader.ReadLineAsync())!);
            await reader.ReadToEndAsync();
            return (head.GetProperty("version").GetInt64(), head.GetProperty("hash").GetString()!);
        }
    }
}
