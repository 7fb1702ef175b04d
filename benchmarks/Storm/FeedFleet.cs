namespace EndpointSync.Bench.Storm;

/// <summary>Workers of EndpointSync.</summary>
internal sealed class FeedFleet(StormSilo silo, IReadOnlyList<FeedWorker> workers) : IStormFleet, IAsyncDisposable
{
    public StormDatabase Database => silo.Database;

    public IReadOnlyList<int> Processes => silo.Processes;

    public IEnumerable<IReadOnlyDictionary<string, string>> Tables => workers.Select(worker => worker.Table);

    public static async Task<FeedFleet> StartAsync(StormSilo silo, int workers) =>
        new(silo, await silo.StartWorkersAsync(workers));

    /// <summary>One worker reloads, until all of them have its version.</summary>
    public async Task SpreadAsync()
    {
        var receipt = await workers[0].AskAsync();
        await Task.WhenAll(workers.Select(worker => worker.UntilAsync(receipt.Version)));
    }

    public async Task<int> ReloadAsync() =>
        (await Task.WhenAll(workers.Select(worker => Task.Run(worker.ReloadAsync)))).Count(reached => !reached);

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(workers.Select(worker => worker.DisposeAsync().AsTask()));
}
