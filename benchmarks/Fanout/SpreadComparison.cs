using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Core;
using EndpointSync.Grains.Publishing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace EndpointSync.Bench.Fanout;

/// <summary>
/// From the commit of a version, by Postgres' clock, until the last silo serves it; beside one call from a silo to a
/// grain on another one. Postgres takes the time before it writes a commit to disk, so the server here does not wait
/// for the disk: its speed has nothing to do with silos.
/// </summary>
internal sealed class SpreadComparison : IComparison
{
    private const int WarmUp = 200;

    // Grains are placed on any silo; this many leave none without one.
    private const int Grains = 64;

    private const string CommittedSql =
        "select pg_xact_commit_timestamp(xmin) from endpoint_sync.versions order by version desc limit 1";
    private const string CommitSql = "insert into recorded default values";
    private const string RecordedSql = "select pg_xact_commit_timestamp(xmin) from recorded order by id desc limit 1";

    private static readonly Dictionary<string, string> Settings =
        new() { ["track_commit_timestamp"] = "on", ["synchronous_commit"] = "off" };

    public string Name => "spread";

    public string Question => "From a version's commit until every silo has it";

    public string Axis => "silos";

    public async Task RunAsync(BenchRun run)
    {
        foreach (var silos in run.Sized<int[]>(full: [2, 4, 8], quick: [2]))
        {
            await BenchPostgres.UseAsync(Settings, async postgres =>
            {
                await using var cluster = await FanoutCluster.StartAsync(postgres, silos);
                await using var connection = new NpgsqlConnection(postgres.ConnectionString());
                await connection.OpenAsync();
                await cluster.ActivateAsync(Grains);
                await using var recorded = new NpgsqlCommand(
                    "create table recorded (id bigint generated always as identity primary key)", connection);
                await recorded.ExecuteNonQueryAsync();
                await CompareAsync(run, cluster, connection);
            });
        }
    }

    private static async Task CompareAsync(BenchRun run, FanoutCluster cluster, NpgsqlConnection connection)
    {
        var found = run.Case(cluster.Silos.Count);
        var call = found.Floor("a grain call from silo to silo");
        var spread = found.Ours("commit to every silo");
        var calls = found.Part("a grain call to each other silo, at once");
        var answer = found.Part("commit of one row to its answer");
        var far = cluster.Silos.Skip(1)
            .Select(silo => cluster.Grains.GetGrain<IFanoutGrain>(FanoutGrain.On(AddressOf(silo)).First()))
            .ToList();
        for (var round = 0; round < WarmUp + run.Sized(full: 500, quick: 100); round++)
        {
            Samples Of(Row row) => round >= WarmUp ? row.Times : new Samples();
            await Of(call).MeasureAsync(far[0].CallAsync);
            await Of(calls).MeasureAsync(() => Task.WhenAll(far.Select(grain => grain.CallAsync())));
            Of(answer).Add(await AnswerAsync(connection));
            Of(spread).Add(await SpreadAsync(cluster, connection));
        }

        run.Expect(Budget.Ratio(spread, call, atMost: 3, margin: 0.5, Statistic.Percentile99).KnownToCome(16));
    }

    private static async Task<TimeSpan> AnswerAsync(NpgsqlConnection connection)
    {
        await using var commit = new NpgsqlCommand(CommitSql, connection);
        await commit.ExecuteNonQueryAsync();
        var answered = TimeProvider.System.GetUtcNow();
        return answered - await CommittedAsync(connection, RecordedSql);
    }

    private static async Task<TimeSpan> SpreadAsync(FanoutCluster cluster, NpgsqlConnection connection)
    {
        await cluster.ReloadAsync(connection);
        var committed = await CommittedAsync(connection, CommittedSql);
        return cluster.Silos.Max(ServesSince) - committed;
    }

    private static async Task<DateTime> CommittedAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (DateTime)(await command.ExecuteScalarAsync())!;
    }

    private static DateTimeOffset ServesSince(IHost silo) =>
        silo.Services.GetRequiredService<RegistryMap<PublishedRegistry>>().Get(FanoutCluster.Registry).Routes.Since;

    private static SiloAddress AddressOf(IHost silo) =>
        silo.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
}
