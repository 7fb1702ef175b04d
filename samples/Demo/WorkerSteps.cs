using System.Diagnostics;
using System.Net;
using static EndpointSync.Demo.Claims;

namespace EndpointSync.Demo;

/// <summary>The steps that show workers: they serve the reloaded routes, and their clients notice no change.</summary>
internal sealed class WorkerSteps(
    RegistryApi silo, IReadOnlyList<WorkerApi> workers, CancellationToken cancellationToken)
{
    private const int RequestsAround = 100;
    private const string Page = "/programs/7";

    /// <summary>Every worker serves every endpoint at the registry's version.</summary>
    public async Task ServeAsync()
    {
        var receipt = await ReloadAsync();
        var endpoints = await silo.EndpointsAsync(cancellationToken);
        foreach (var worker in workers)
        {
            foreach (var endpoint in endpoints)
            {
                await worker.ExpectAsync(
                    endpoint.RootPath + Page, HttpStatusCode.OK, receipt.Version, cancellationToken);
            }
        }

        Print(
            "serve",
            $"{endpoints.Count} endpoints requested from each of {workers.Count} workers: "
            + $"200, X-Route-Version: {receipt.Version}");
    }

    /// <summary>An endpoint moves to another path while its neighbour is under constant load.</summary>
    public async Task MoveAsync()
    {
        var endpoints = await silo.EndpointsAsync(cancellationToken);
        var (moved, neighbour) = (endpoints[0], endpoints[1]);
        var path = moved.RootPath + "/moved";
        await using var load = new SteadyLoad(workers, neighbour.RootPath + Page);
        await load.AfterAsync(RequestsAround, cancellationToken);
        // Not the receipt's previous version: if a silo bypassed a slow coordinator, both have synced, and the receipt
        // may be the second one's.
        var (_, before) = await workers[0].GetAsync(neighbour.RootPath + Page, cancellationToken);

        await silo.ChangeAsync(moved.Id, new EndpointEdit { RootPath = path }, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var receipt = await ReloadAsync();
        var elapsed = Stopwatch.GetElapsedTime(started);

        load.AlsoAsk(path + Page);
        foreach (var worker in workers)
        {
            await worker.ExpectAsync(
                moved.RootPath + Page, HttpStatusCode.NotFound, receipt.Version, cancellationToken);
            await worker.ExpectAsync(path + Page, HttpStatusCode.OK, receipt.Version, cancellationToken);
        }

        await load.AfterAsync(RequestsAround, cancellationToken);
        await load.StopAsync();
        Check(
            load.Failures.Count == 0,
            "no request fails and no connection is closed while an endpoint moves: "
            + string.Join("; ", load.Failures.Take(3)));
        Print(
            "move",
            $"{moved.RootPath} to {path}, version {before} to {receipt.Version}: "
            + $"{Milliseconds(elapsed)} from the reload until all workers serve it, old path 404, new path 200");
        Print(
            "load",
            $"{load.Served} requests on {load.Connections} connections meanwhile: 0 failed, 0 connections closed");
    }

    private async Task<ReloadReceipt> ReloadAsync()
    {
        var receipt = await silo.ReloadAsync(cancellationToken, WaitFor.Workers);
        Check(
            receipt is { InSync: true, Convergence.Reached: true } && receipt.Convergence.Workers == workers.Count,
            $"all {workers.Count} workers serve version {receipt.Version}: {receipt}, "
            + $"missing: {string.Join(", ", receipt.Convergence?.Missing ?? [])}");
        return receipt;
    }
}
