using System.Diagnostics;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Events;

/// <summary>What a thousand watchers of one silo cost the database.</summary>
public sealed class ManyWatchersTests(ITestOutputHelper output)
{
    private const int Watchers = 1_000;
    private const int Versions = 10;

    private const string Reads =
        "select seq_scan + idx_scan from pg_stat_user_tables where schemaname = 'endpoint_sync' and relname = 'events'";

    [Fact]
    public async Task A_thousand_watchers_get_every_version_and_share_the_queries()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1);
        var silo = fleet.Silos.Silos[0];
        await fleet.Database.AddEndpointAsync("first", "/first");
        await fleet.ReloadAsync(silo);
        var before = MemoryOf(silo.ProcessId);
        var streams = await Task.WhenAll(
            Enumerable.Range(0, Watchers).Select(_ => EventStreamClient.OpenAsync(silo.Address)));
        var opened = MemoryOf(silo.ProcessId);
        var reads = await fleet.Database.ScalarAsync<long>(Reads);
        var clock = Stopwatch.StartNew();

        var receiving = Task.WhenAll(streams.Select(VersionsAsync));
        for (var number = 1; number <= Versions; number++)
        {
            await fleet.Database.AddEndpointAsync($"e{number}", $"/e{number}");
            await fleet.ReloadAsync(silo);
        }

        var received = await receiving;
        var seconds = clock.Elapsed.TotalSeconds;
        // Sessions report their statistics at most once a second.
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        reads = await fleet.Database.ScalarAsync<long>(Reads) - reads;
        output.WriteLine(
            $"{Watchers} watchers, {Versions} versions in {seconds:F1} s: {reads} scans of the events; the silo had "
            + $"{before} MB before, {opened} MB with all open, {MemoryOf(silo.ProcessId)} MB at the end");

        Assert.All(
            received, versions => Assert.Equal(Enumerable.Range(2, Versions).Select(one => (long)one), versions));
        // One for each version, one for each second, and some for the start; never one for each watcher.
        Assert.InRange(reads, 1, (2 * Versions) + (2 * (int)seconds) + 20);
        await Task.WhenAll(streams.Select(stream => stream.DisposeAsync().AsTask()));
    }

    private static async Task<List<long>> VersionsAsync(EventStreamClient stream)
    {
        var versions = new List<long>();
        while (versions.Count < Versions)
        {
            versions.Add((await stream.NextAsync("version")).Version);
        }

        return versions;
    }

    private static long MemoryOf(int process) =>
        System.Diagnostics.Process.GetProcessById(process).WorkingSet64 / (1024 * 1024);
}
