using System.ComponentModel;
using System.Security.Claims;
using EndpointSync.Core;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Silo.Access;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>Reloads a registry and shows its state.</summary>
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
            .RequireRole(AccessRole.Viewer)
            .WithName("listRegistries").WithSummary("The names of the registries that the caller may view, in order");
        registries.MapRead("/{registry}", StatusAsync).RequireRole(AccessRole.Viewer);
        registries.MapRead("/{registry}/subscribers", SubscribersAsync).RequireRole(AccessRole.Viewer);
        registries.MapRead("/{registry}/writers", WritersAsync).RequireRole(AccessRole.Viewer);
        registries.MapPost("/{registry}/reload", ReloadAsync).RequireRole(AccessRole.Operator).AuditedAfterwards();
    }

    /// <summary>The registry, once its database is prepared.</summary>
    public static async Task<Registry> ReadyAsync(
        this RegistryMap<Registry> registries, string name, CancellationToken cancellationToken)
    {
        var registry = registries.Get(name);
        await registry.Preparation.EnsureAsync(cancellationToken);
        return registry;
    }

    [EndpointName("getRegistry")]
    [EndpointSummary("The status of a registry")]
    private static async Task<RegistryStatus> StatusAsync(
        string registry, RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        await (await registries.ReadyAsync(registry, cancellationToken)).Status.ReadAsync(cancellationToken);

    [EndpointName("listWriters")]
    [EndpointSummary("What writers outside the cluster did")]
    private static async Task<WriterList> WritersAsync(
        string registry, RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        await (await registries.ReadyAsync(registry, cancellationToken)).Status.ReadWritersAsync(cancellationToken);

    [EndpointName("listSubscribers")]
    [EndpointSummary("Every silo and worker, and the version that each serves")]
    private static async Task<SubscriberList> SubscribersAsync(
        string registry, RegistryMap<Registry> registries, ConvergenceWatch convergence) =>
        await convergence.ListAsync(registries.Get(registry).Name);

    // 202 for a reload that was skipped, or that not all awaited subscribers serve yet: it is completed after the
    // answer.
    [EndpointName("reloadRegistry")]
    [EndpointSummary("Publishes what is due, or finds that nothing is")]
    [ProducesResponseType<ReloadReceipt>(StatusCodes.Status200OK)]
    [ProducesResponseType<ReloadReceipt>(StatusCodes.Status202Accepted)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status504GatewayTimeout, "application/problem+json")]
    private static async Task<IResult> ReloadAsync(
        string registry,
        [Description("Who has to serve the version: silos, or workers and silos; nobody by default")] string? wait,
        [FromQuery(Name = "lock"), Description("skip or wait: what to do while another process holds the lock")]
        string? busyLock,
        [Description("The bound on both waits together, such as 500ms, 5s or 00:00:05; at most a minute")]
        string? timeout,
        [Description("true allows to remove more than 10 routes that are half or more")] string? allowMassRemoval,
        [Description("true allows a first sync to change or delete routes that Odoo serves")] string? attach,
        RegistryMap<Registry> registries, ReloadGate gate,
        ConvergenceWatch convergence, HttpContext http, CancellationToken cancellationToken)
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
        http.RecordReload(receipt);
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
