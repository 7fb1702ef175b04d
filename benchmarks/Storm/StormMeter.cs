using EndpointSync.Bench.Model;
using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Bench.Storm;

/// <summary>Measures one round of one fleet, and its cost beside its time.</summary>
/// <param name="connection">A session in a database of its own, which has pg_stat_statements.</param>
/// <param name="postmaster">The first process of Postgres.</param>
internal sealed class StormMeter(NpgsqlConnection connection, int postmaster)
{
    public const string Errors = "errors";
    public const string Writes = "writing transactions, most";
    public const string Stale = "workers left stale";

    private const string Statements = "statements, mean";
    private const string Connections = "Postgres connections, most";
    private const string Cpu = "CPU s, mean";

    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(20);

    public async Task MeasureAsync(Row row, IStormFleet fleet, int rounds)
    {
        await fleet.Database.DisturbAsync();
        await fleet.PrepareAsync();
        await UntilQuietAsync();
        var (statements, writes, cpu) = (await StatementsAsync(fleet), await WritesAsync(), CpuOf(fleet));
        var errors = 0;
        await row.MeasureAsync(async () => errors = await fleet.ReloadAsync());
        row.Tally(Cpu, CpuOf(fleet).Since(cpu) / rounds);
        row.TallyMost(Writes, await WritesAsync() - writes);
        row.TallyMost(Connections, await ConnectionsAsync(fleet));
        row.Tally(Statements, (double)(await StatementsAsync(fleet) - statements) / rounds);
        row.Tally(Errors, errors);
        row.Tally(Stale, await fleet.Database.StaleAsync(fleet.Tables));
    }

    // Waits until no session writes: the work that a round leaves behind must count for that round only.
    private async Task UntilQuietAsync()
    {
        var before = await WritesAsync();
        while (true)
        {
            await Task.Delay(Quiet);
            var now = await WritesAsync();
            if (now == before)
            {
                return;
            }

            before = now;
        }
    }

    // Every writing transaction takes a number, in all databases of the server; a reading one takes none.
    private Task<long> WritesAsync() =>
        connection.ScalarAsync<long>(
            "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint", CancellationToken.None);

    private Task<long> StatementsAsync(IStormFleet fleet) => connection.ScalarAsync<long>(
        "select coalesce(sum(calls), 0)::bigint from pg_stat_statements where dbid = (select oid from pg_database "
        + "where datname = $1)",
        CancellationToken.None, PostgresCommands.Value(fleet.Database.Name));

    // No session is closed in a round, so the sessions at its end are those of its peak.
    private Task<long> ConnectionsAsync(IStormFleet fleet) => connection.ScalarAsync<long>(
        $"select count(*) from pg_stat_activity where datname = $1 and backend_type = 'client backend' and "
        + $"application_name <> '{StormDatabase.Checker}'",
        CancellationToken.None, PostgresCommands.Value(fleet.Database.Name));

    private ProcessorTime CpuOf(IStormFleet fleet) =>
        ProcessorTime.Now([Environment.ProcessId, .. fleet.Processes], postmaster);
}
