using EndpointSync.Grains.Postgres;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// Workers that each listen, and read every row when they are notified, as PostgREST does; one writer syncs and
/// notifies.
/// </summary>
internal sealed class ListeningFleet(StormSessions sessions) : IStormFleet
{
    private readonly OdooWorker _writer = OdooWorker.On(sessions.Writer, "read committed");
    private readonly OdooWorker[] _workers =
        [.. sessions.Workers.Select(session => OdooWorker.On(session, "read committed"))];

    public StormDatabase Database => sessions.Database;

    public IEnumerable<IReadOnlyDictionary<string, string>> Tables => _workers.Select(worker => worker.Table);

    public Task PrepareAsync()
    {
        Array.ForEach(_workers, worker => worker.Forget());
        return Task.WhenAll(
            sessions.Workers.Select(session => session.ExecuteAsync("listen storm", CancellationToken.None)));
    }

    public async Task<int> ReloadAsync()
    {
        var reads = _workers.Zip(sessions.Workers, (worker, session) => Task.Run(async () =>
        {
            await session.WaitAsync();
            // The session goes on to another rival, which must not be notified.
            await session.ExecuteAsync("unlisten storm", CancellationToken.None);
            await worker.ReadAsync();
        })).ToArray();
        var errors = await _writer.SyncUnlockedAsync();
        await sessions.Writer.ExecuteAsync("notify storm", CancellationToken.None);
        await Task.WhenAll(reads);
        return errors;
    }
}
