using EndpointSync.Core;
using EndpointSync.Grains.Coordination;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Audit;
using EndpointSync.Silo.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>Gives a reload's version to one ring of workers after the other, and shows how far that is.</summary>
internal static class RolloutApi
{
    public static void MapRollouts(this RouteGroupBuilder registries) =>
        registries.MapRead("/{registry}/rollout", RolloutAsync).RequireRole(AccessRole.Viewer);

    /// <summary>Begins a rollout, and waits for its end if the caller asks for that.</summary>
    public static async Task<IResult> BeginAsync(
        string registry, ReloadParameters wanted, RolloutOrder order, RolloutGate gate, ConvergenceWatch convergence,
        HttpContext http, CancellationToken cancellationToken)
    {
        var workers = await gate.FindWorkersAsync(registry);
        if (order.Rings.FirstOrDefault(ring => !workers.Contains(ring)) is { } empty)
        {
            var known = workers.Select(ring => $"{ring.Key} ({ring.Count()})").Order(StringComparer.Ordinal).ToList();
            return ProblemTypes.RingEmpty.Answer(
                $"No live worker of '{registry}' is of ring '{empty}'. Rings with workers: "
                + $"{(known.Count == 0 ? "none" : string.Join(", ", known))}. Nothing was reloaded.");
        }

        var receipt = await gate.RollOutAsync(
            registry,
            new ReloadRequest(
                LockTimeout: wanted.LockTimeout, AllowMassRemoval: wanted.AllowMassRemoval, Attach: wanted.Attach),
            order, cancellationToken);
        if (receipt is { AwaitsRollout: true, Rollout: { } other })
        {
            return Running(registry, other);
        }

        http.RecordReload(receipt);
        if (receipt.Rollout is { } rollout && wanted.WaitFor != WaitFor.Nobody)
        {
            receipt = receipt with
            {
                Rollout = await gate.WhenEndedAsync(registry, rollout, wanted.Timeout, cancellationToken),
            };
        }

        return receipt.Rollout is { IsRunning: true }
            ? TypedResults.Accepted((string?)null, receipt)
            : RegistryApi.Answer(registry, await convergence.WaitAsync(receipt, wanted, cancellationToken));
    }

    private static ProblemHttpResult Running(string registry, Rollout other) => ProblemTypes.RolloutRunning.Answer(
        $"{other.By} began the rollout of version {other.Version} of '{registry}' at {other.StartedAt:u}, and it runs: "
        + $"rings {string.Join(", ", other.Rings.Select(ring => ring.Ring))}. Nothing was reloaded.",
        extensions: [KeyValuePair.Create("rollout", (object?)other)]);

    [EndpointName("getRollout")]
    [EndpointSummary("The rollout that runs, or the last one that is kept")]
    [ProducesResponseType<Rollout>(StatusCodes.Status200OK)]
    private static async Task<IResult> RolloutAsync(
        string registry, RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        await (await registries.ReadyAsync(registry, cancellationToken)).Rollouts.FindLatestAsync(cancellationToken)
            is { } found
            ? TypedResults.Ok(found.Rollout)
            : ProblemTypes.NoRollout.Answer(
                $"No version of '{registry}' that is kept was rolled out by rings.");
}
