using System.Security.Claims;
using EndpointSync.Core;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Silo.Access;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>Reloads a registry and shows its state and its routes.</summary>
internal static class RegistryApi
{
    public static void MapRegistries(this RouteGroupBuilder registries)
    {
        registries.MapRead(
            "/",
            (RegistryMap<Registry> registries, ClaimsPrincipal caller) => registries.All.Select(
                registry => registry.Name)
                .Where(name => Grant.Allows(caller, AccessRole.Viewer, name, wholeCluster: false))
                .Order(StringComparer.Ordinal))
            .RequireRole(AccessRole.Viewer);
        registries.MapRead("/{registry}", StatusAsync).RequireRole(AccessRole.Viewer);
        registries.MapRead("/{registry}/routes", RoutesAsync).RequireRole(AccessRole.Viewer);
        registries.MapRead("/{registry}/subscribers", SubscribersAsync).RequireRole(AccessRole.Viewer);
        registries.MapRead("/{registry}/writers", WritersAsync).RequireRole(AccessRole.Viewer);
        registries.MapPost("/{registry}/reload", ReloadAsync).RequireRole(AccessRole.Operator);
    }

    /// <summary>The registry, once its database is prepared.</summary>
    public static async Task<Registry> ReadyAsync(
        this RegistryMap<Registry> registries, string name, CancellationToken cancellationToken)
    {
        var registry = registries.Get(name);
        await registry.Preparation.EnsureAsync(cancellationToken);
        return registry;
    }

    private static async Task<RegistryStatus> StatusAsync(
        string registry, RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        await (await registries.ReadyAsync(registry, cancellationToken)).Status.ReadAsync(cancellationToken);

    private static async Task<RouteList> RoutesAsync(
        string registry, RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        await (await registries.ReadyAsync(registry, cancellationToken)).Status.ReadRoutesAsync(cancellationToken);

    private static async Task<WriterList> WritersAsync(
        string registry, RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        await (await registries.ReadyAsync(registry, cancellationToken)).Status.ReadWritersAsync(cancellationToken);

    private static async Task<SubscriberList> SubscribersAsync(
        string registry, RegistryMap<Registry> registries, ConvergenceWatch convergence) =>
        await convergence.ListAsync(registries.Get(registry).Name);

    // 202 for a reload that was skipped, or that not all awaited subscribers serve yet: it is completed after the
    // answer.
    private static async Task<IResult> ReloadAsync(
        string registry, string? wait, [FromQuery(Name = "lock")] string? busyLock, string? timeout,
        string? allowMassRemoval, string? attach, RegistryMap<Registry> registries, ReloadGate gate,
        ConvergenceWatch convergence, CancellationToken cancellationToken)
    {
        if (!ReloadParameters.TryRead(
            wait, busyLock, timeout, allowMassRemoval, attach, out var wanted, out var errors))
        {
            return TypedResults.ValidationProblem(errors);
        }

        var name = registries.Get(registry).Name;
        var receipt = await gate.ReloadAsync(
            name,
            new ReloadRequest(
                LockTimeout: wanted.LockTimeout, AllowMassRemoval: wanted.AllowMassRemoval, Attach: wanted.Attach),
            cancellationToken);
        if (wanted.WaitFor != WaitFor.Nobody && receipt.Outcome is (ReloadOutcome.Synced or ReloadOutcome.UpToDate))
        {
            var left = wanted.Timeout - receipt.Timings.LockWait;
            receipt = receipt with
            {
                Convergence = await convergence.WaitAsync(
                    name, receipt.Version, wanted.WaitFor, left, cancellationToken),
            };
        }

        return Answer(registry, receipt);
    }

    private static IResult Answer(string registry, ReloadReceipt receipt) => receipt switch
    {
        { Outcome: ReloadOutcome.Failed } => TypedResults.Problem(
            title: $"Registry '{registry}' was not reloaded",
            detail: $"{receipt.Problem?.Meaning} {receipt.Problem?.Detail}",
            statusCode: StatusCodes.Status503ServiceUnavailable,
            extensions: new Dictionary<string, object?> { ["receipt"] = receipt }),
        { Outcome: ReloadOutcome.Skipped } or { Convergence.Reached: false } =>
            TypedResults.Accepted((string?)null, receipt),
        _ => TypedResults.Ok(receipt),
    };
}
