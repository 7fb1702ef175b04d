using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// Workers that poll a row with a version every second, and read every row when the version differs, as Hasura does.
/// One writer syncs and raises the version. The workers' polls are spread over the second.
/// </summary>
internal sealed class PollingFleet(StormSessions sessions) : IStormFleet
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly OdooWorker _writer = OdooWorker.On(sessions.Writer, "read committed");
    private readonly OdooWorker[] _workers =
        [.. sessions.Workers.Select(session => OdooWorker.On(session, "read committed"))];
    private long _known;

    public StormDatabase Database => sessions.Database;

    public IEnumerable<IReadOnlyDictionary<string, string>> Tables => _workers.Select(worker => worker.Table);

    public async Task PrepareAsync()
    {
        Array.ForEach(_workers, worker => worker.Forget());
        await Database.ExecuteAsync(
            "create table if not exists polled (version bigint); "
            + "insert into polled select 0 where not exists (select from polled)");
        _known = await VersionAsync(sessions.Writer);
    }

    public async Task<int> ReloadAsync()
    {
        var polls = _workers.Zip(
            sessions.Workers, (worker, session) => Task.Run(() => PollUntilChangedAsync(worker, session))).ToArray();
        var errors = await _writer.SyncUnlockedAsync();
        await sessions.Writer.ExecuteAsync("update polled set version = version + 1", CancellationToken.None);
        await Task.WhenAll(polls);
        return errors;
    }

    private async Task PollUntilChangedAsync(OdooWorker worker, NpgsqlConnection session)
    {
        await Task.Delay(Interval * Random.Shared.NextDouble());
        var version = await VersionAsync(session);
        while (version == _known)
        {
            await Task.Delay(Interval);
            version = await VersionAsync(session);
        }

        await worker.ReadAsync();
    }

    private static Task<long> VersionAsync(NpgsqlConnection session) =>
        session.ScalarAsync<long>("select version from polled", CancellationToken.None);
}
