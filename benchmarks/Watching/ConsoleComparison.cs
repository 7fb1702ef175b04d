using System.Diagnostics;
using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using Npgsql;

namespace EndpointSync.Bench.Watching;

/// <summary>
/// A silo with very many routes and workers: how soon each page of its console is seen, and what its processor, its
/// memory and reloads cost while nobody watches, while browsers do, and while very many programs read events.
/// </summary>
internal sealed class ConsoleComparison : IComparison
{
    private const int OpenBrowsers = 10;
    private const string Processors = "% of a processor";
    private const string Megabytes = "MB";

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SeenWithin = TimeSpan.FromMilliseconds(300);

    // Below the console's address, and below the registry's.
    private static readonly string[] Pages = ["", "audit", "keys"];

    private static readonly string[] RegistryPages =
    [
        "", "subscribers", "endpoints", "routes", "history", "quarantine", "overlaps",
        "explain?method=GET&path=/services/500/x", "writers", "plan", "pin",
    ];

    public string Name => "console";

    public string Question => "What it costs to be watched, with many workers and routes";

    public Task RunAsync(BenchRun run) => BenchPostgres.UseAsync(async postgres =>
    {
        var (workers, routes) = run.Sized((10_000, 100_000), (100, 1_000));
        await using var server = new NpgsqlConnection(postgres.ConnectionString());
        await server.OpenAsync();
        await using var registry = await LargeRegistry.StartAsync(postgres, server, routes, Lease);
        await using var asking = await RareWorkers.StartAsync(registry, workers, Interval);
        await using var browsers = await Browsers.StartAsync();
        if (browsers is null)
        {
            Console.WriteLine("Pages are left out: chromium is not installed (apt-get install chromium).");
        }
        else
        {
            await MeasurePagesAsync(run, registry, browsers);
        }

        await MeasureWatchingAsync(run, registry, browsers);
    });

    private static async Task MeasurePagesAsync(BenchRun run, LargeRegistry registry, Browsers browsers)
    {
        var found = run.Case("first paint");
        Uri[] pages =
        [
            .. Pages.Select(page => new Uri(registry.Silo, page)),
            .. RegistryPages.Select(page => new Uri(registry.Pages, page)),
        ];
        var rows = pages.ToDictionary(page => page, page => found.Ours(page.PathAndQuery));
        for (var round = -1; round < run.Sized(full: 15, quick: 2); round++)
        {
            foreach (var page in pages)
            {
                var seen = await browsers.FirstPaintAsync(page);
                if (round >= 0)
                {
                    rows[page].Times.Add(seen);
                }
            }
        }

        foreach (var row in rows.Values)
        {
            run.Expect(Budget.Time(row, SeenWithin, margin: 0.5));
        }
    }

    private static async Task MeasureWatchingAsync(BenchRun run, LargeRegistry registry, Browsers? browsers)
    {
        var watchers = run.Sized(full: 1_000, quick: 10);
        var found = run.Case("a reload each second");
        await MeasureReloadsAsync(run, registry, new Row("warm-up", "warm-up", Role.Part));
        await MeasureReloadsAsync(run, registry, found.Floor("nobody watches"));
        if (browsers is not null)
        {
            foreach (var number in Enumerable.Range(0, OpenBrowsers))
            {
                await browsers.OpenAsync(number % 2 == 0 ? registry.Silo : registry.Pages);
            }

            await MeasureReloadsAsync(run, registry, found.Ours($"{OpenBrowsers} browsers"));
            await browsers.CloseAsync();
        }

        using var reading = await EventWatchers.StartAsync(registry, watchers);
        var row = found.Ours($"{watchers:N0} readers of events");
        var before = reading.Lines;
        await MeasureReloadsAsync(run, registry, row);
        row.Tally("lines", reading.Lines - before);
    }

    private static async Task MeasureReloadsAsync(BenchRun run, LargeRegistry registry, Row row)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        using var silo = Process.GetProcessById(registry.ProcessId);
        var (begun, used) = (Stopwatch.GetTimestamp(), silo.TotalProcessorTime);
        for (var round = 0; round < run.Sized(full: 30, quick: 3); round++)
        {
            await registry.MoveAsync();
            await row.MeasureAsync(() => registry.ReloadAsync());
            await timer.WaitForNextTickAsync();
        }

        silo.Refresh();
        row.Tally(
            Processors, Math.Round((silo.TotalProcessorTime - used) / Stopwatch.GetElapsedTime(begun) * 100));
        row.Tally(Megabytes, Math.Round(silo.WorkingSet64 / 1e6));
    }
}
