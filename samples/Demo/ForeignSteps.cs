using System.Diagnostics;
using System.Globalization;
using System.Net;
using static EndpointSync.Demo.Claims;

namespace EndpointSync.Demo;

/// <summary>
/// The steps that show foreign writers: one that takes the lock and requests a sync, and one that does neither.
/// </summary>
internal sealed class ForeignSteps(
    string connectionString, RegistryApi silo, IReadOnlyList<WorkerApi> workers, CancellationToken cancellationToken)
{
    private const string Recipe = "samples/foreign/python/recipe_psycopg2.py";
    private const string UnlockedWriter = "samples/Demo/unlocked_writer.py";
    private const string Page = "/programs/7";

    private readonly Python _python = new(connectionString, cancellationToken);

    public async Task RunAsync()
    {
        if (!await _python.CanWriteAsync())
        {
            Print(
                "python",
                "skipped: /usr/bin/python3 has no psycopg2 here (Debian, Ubuntu: apt-get install python3-psycopg2)");
            return;
        }

        var endpoint = (await silo.EndpointsAsync(cancellationToken))[1];
        var moved = endpoint with { RootPath = endpoint.RootPath + "/python" };
        await MoveAsync(endpoint, moved);
        await OverwriteAsync(moved);
    }

    /// <summary>A Python process moves an endpoint under the lock, and waits until it is live.</summary>
    private async Task MoveAsync(EndpointView endpoint, EndpointView moved)
    {
        var next = new RouteVersion(await ServedAsync(endpoint) + 1);
        var started = Stopwatch.GetTimestamp();
        var output = await _python.RunAsync("mover", [Recipe, "move"], moved.Name, moved.RootPath);
        var elapsed = Stopwatch.GetElapsedTime(started);

        Check(output == $"version {next} live", $"Python waited for version {next}: {output}");
        foreach (var worker in workers)
        {
            await worker.ExpectAsync(moved.RootPath + Page, HttpStatusCode.OK, next, cancellationToken);
            await worker.ExpectAsync(endpoint.RootPath + Page, HttpStatusCode.NotFound, next, cancellationToken);
        }

        Print(
            "python",
            $"took the lock, moved {endpoint.RootPath} to {moved.RootPath}, requested a sync, waited: "
            + $"version {next} live, {Milliseconds(elapsed)} from Python's start to its end; "
            + "old path 404, new path 200");
    }

    /// <summary>Another process writes a wrong route without the lock, and no process requests a sync.</summary>
    private async Task OverwriteAsync(EndpointView endpoint)
    {
        var version = new RouteVersion(await ServedAsync(endpoint));
        var repairing = Repair.OfAsync("intruder", connectionString, cancellationToken);
        var output = await _python.RunAsync("intruder", [UnlockedWriter], endpoint.Name, "/wrong");
        var backend = int.Parse(output, CultureInfo.InvariantCulture);
        var repair = await repairing;

        Check(
            repair.Writer.ProcessId == backend && !repair.Locked,
            $"backend {backend} is reported as the writer without the lock: {repair}");
        Check(
            repair.Route.StartsWith(endpoint.RootPath + "/|", StringComparison.Ordinal),
            $"the route is that of {endpoint.RootPath} again: {repair.Route}");
        foreach (var worker in workers)
        {
            await worker.ExpectAsync(endpoint.RootPath + Page, HttpStatusCode.OK, version, cancellationToken);
        }

        Print(
            "wrong write",
            $"by {repair.Writer}, without the lock: repaired within {Milliseconds(repair.After)} without a call; "
            + $"all workers serve version {version}");
    }

    private async Task<long> ServedAsync(EndpointView endpoint) =>
        (await workers[0].GetAsync(endpoint.RootPath + Page, cancellationToken)).Version;
}
