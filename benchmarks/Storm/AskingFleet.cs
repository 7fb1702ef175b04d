namespace EndpointSync.Bench.Storm;

/// <summary>
/// Workers that all sync in their first request, each in its own session. When all have ended, each makes one more
/// request, in which it finds by the version that another worker has synced. It keeps the resulting table until the
/// next version.
/// </summary>
/// <param name="sessions">Their sessions.</param>
/// <param name="isolation">Of their transactions.</param>
/// <param name="sync">How a worker syncs; gives the number of its errors.</param>
internal sealed class AskingFleet(
    StormSessions sessions, string isolation, Func<OdooWorker, Task<int>> sync) : IStormFleet
{
    private readonly OdooWorker[] _workers = [.. sessions.Workers.Select(session => OdooWorker.On(session, isolation))];

    public StormDatabase Database => sessions.Database;

    public IEnumerable<IReadOnlyDictionary<string, string>> Tables => _workers.Select(worker => worker.Table);

    public Task PrepareAsync()
    {
        Array.ForEach(_workers, worker => worker.Forget());
        return Task.CompletedTask;
    }

    public async Task<int> ReloadAsync()
    {
        var errors = await Task.WhenAll(_workers.Select(worker => Task.Run(async () =>
        {
            var met = await sync(worker);
            await worker.ServeAsync();
            return met;
        })));
        await Task.WhenAll(_workers.Select(worker => Task.Run(worker.ServeAsync)));
        return errors.Sum();
    }
}
