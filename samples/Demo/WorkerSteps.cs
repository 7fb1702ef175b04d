using System.Diagnostics;
using System.Net;
using static EndpointSync.Demo.Claims;

namespace EndpointSync.Demo;

/// <summary>The steps that show workers: that they serve what was reloaded, and that nobody who asks them notices a change.</summary>
internal sealed class WorkerSteps(RegistryApi silo, IReadOnlyList<WorkerApi> workers, CancellationToken cancellationToken)
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
                await ExpectAsync(worker, endpoint.RootPath + Page, HttpStatusCode.OK, receipt.Version);
            }
        }

        Say("serve", $"{endpoints.Count} endpoints asked for on each of {workers.Count} workers: 200, X-Route-Version: {receipt.Version}");
    }

    /// <summary>An endpoint moves to another path while its neighbour is asked for all the time.</summary>
    public async Task MoveAsync()
    {
        var endpoints = await silo.EndpointsAsync(cancellationToken);
        var (moved, neighbour) = (endpoints[0], endpoints[1]);
        var path = moved.RootPath + "/moved";
        await using var load = new SteadyLoad(workers, neighbour.RootPath + Page);
        await load.AfterAsync(RequestsAround, cancellationToken);

        await silo.ChangeAsync(moved.Id, new EndpointEdit { RootPath = path }, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var receipt = await ReloadAsync();
        var elapsed = Stopwatch.GetElapsedTime(started);

        load.AlsoAsk(path + Page);
        foreach (var worker in workers)
        {
            await ExpectAsync(worker, moved.RootPath + Page, HttpStatusCode.NotFound, receipt.Version);
            await ExpectAsync(worker, path + Page, HttpStatusCode.OK, receipt.Version);
        }

        await load.AfterAsync(RequestsAround, cancellationToken);
        await load.StopAsync();
        Check(load.Failures.Count == 0, $"no request fails and no connection is closed while an endpoint moves: {string.Join("; ", load.Failures.Take(3))}");
        Say(
            "move",
            $"{moved.RootPath} to {path}, version {receipt.PreviousVersion} to {receipt.Version}: {Milliseconds(elapsed)} from the reload until all workers serve it, old path 404, new path 200");
        Say("load", $"{load.Served} requests on {load.Connections} connections meanwhile: 0 failed, 0 connections closed");
    }

    private async Task<ReloadReceipt> ReloadAsync()
    {
        var receipt = await silo.ReloadAsync(cancellationToken, WaitFor.Workers);
        Check(
            receipt is { InLine: true, Convergence.Reached: true } && receipt.Convergence.Workers == workers.Count,
            $"all {workers.Count} workers serve version {receipt.Version}: {receipt}, missing: {string.Join(", ", receipt.Convergence?.Missing ?? [])}");
        return receipt;
    }

    private async Task ExpectAsync(WorkerApi worker, string path, HttpStatusCode status, RouteVersion version)
    {
        var answer = await worker.GetAsync(path, cancellationToken);
        Check(
            answer == (status, version.Value),
            $"{worker.Name} answers {path} with {(int)status} by version {version}: it was {(int)answer.Status} by version {answer.Version}");
    }
}
