using System.ComponentModel;
using System.Security.Claims;
using EndpointSync.Core;
using EndpointSync.Grains.Coordination;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Audit;
using EndpointSync.Silo.Idempotency;
using EndpointSync.Silo.Problems;
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
        registries.MapRead("/{registry}/quarantine", QuarantineAsync).RequireRole(AccessRole.Viewer);
        registries.MapRead("/{registry}/subscribers", SubscribersAsync).RequireRole(AccessRole.Viewer);
        registries.MapRead("/{registry}/writers", WritersAsync).RequireRole(AccessRole.Viewer);
        registries.MapPost("/{registry}/reload", ReloadAsync).RequireRole(AccessRole.Operator).AuditedAfterwards()
            .Idempotent(repeatable: true);
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
        string registry, RegistryMap<Registry> registries, CancellationToken cancellationToken)
    {
        var found = await registries.ReadyAsync(registry, cancellationToken);
        var status = await found.Status.ReadAsync(cancellationToken);
        return status with
        {
            Pin = status.Pin is null ? null : await found.Plans.FindPinAsync(cancellationToken),
        };
    }

    [EndpointName("listQuarantine")]
    [EndpointSummary("The endpoints that cannot be routed, with the reasons, in the order of their ids")]
    [ProducesResponseType<QuarantineList>(StatusCodes.Status200OK)]
    private static async Task<IResult> QuarantineAsync(
        string registry, [Description(Paging.Cursor)] int? cursor, [Description(Paging.Limit)] int? limit,
        RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        Paging.Refuse(limit) is { } refused
            ? refused
            : TypedResults.Ok(await (await registries.ReadyAsync(registry, cancellationToken)).Status
                .ReadQuarantineAsync(cursor, limit ?? Paging.DefaultLimit, cancellationToken));

    [EndpointName("listWriters")]
    [EndpointSummary("What writers outside the cluster did")]
    private static async Task<WriterList> WritersAsync(
        string registry, RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        await (await registries.ReadyAsync(registry, cancellationToken)).Status.ReadWritersAsync(cancellationToken);

    [EndpointName("listSubscribers")]
    [EndpointSummary("Every silo and worker, and the version that each serves")]
    [ProducesResponseType<SubscriberList>(StatusCodes.Status200OK)]
    private static async Task<IResult> SubscribersAsync(
        string registry, [Description(Paging.Cursor)] string? cursor, [Description(Paging.Limit)] int? limit,
        RegistryMap<Registry> registries, ConvergenceWatch convergence)
    {
        if (Paging.Refuse(limit) is { } refused)
        {
            return refused;
        }

        var list = await convergence.ListAsync(registries.Get(registry).Name);
        var (page, next) = Paging.Cut(
            list.Subscribers, one => $"{one.Kind}:{one.Name}", cursor, limit ?? Paging.DefaultLimit);
        return TypedResults.Ok(list with { Subscribers = page, Next = next });
    }

    // 202 for a reload that was skipped, that waits for the end of a rollout, or that not all awaited subscribers serve
    // yet: it is completed after the answer.
    [EndpointName("reloadRegistry")]
    [EndpointSummary("Publishes what is due, or finds that nothing is")]
    [ProducesResponseType<ReloadReceipt>(StatusCodes.Status200OK)]
    [ProducesResponseType<ReloadReceipt>(StatusCodes.Status202Accepted)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status504GatewayTimeout, "application/problem+json")]
    public static async Task<IResult> ReloadAsync(
        string registry,
        [Description("Who has to serve the version: silos, or workers and silos; nobody by default")] string? wait,
        [FromQuery(Name = "lock"), Description("skip or wait: what to do while another process holds the lock")]
        string? busyLock,
        [Description("The bound on both waits together, such as 500ms, 5s or 00:00:05; at most a minute")]
        string? timeout,
        [Description("true allows to remove more than 10 routes that are half or more")] string? allowMassRemoval,
        [Description("true allows a first sync to change or delete routes that Odoo serves")] string? attach,
        [AsParameters] RolloutParameters rollout, RegistryMap<Registry> registries, ReloadGate gate,
        RolloutGate rollouts, ConvergenceWatch convergence, HttpContext http, CancellationToken cancellationToken)
    {
        RolloutOrder? order = null;
        if (!ReloadParameters.TryRead(
                wait, busyLock, timeout, allowMassRemoval, attach, out var wanted, out var errors)
            | (rollout.IsGiven && !rollout.TryRead(http.User.Identity?.Name ?? "nobody", out order, ref errors)))
        {
            return ProblemTypes.Invalid(errors!);
        }

        var name = registries.Get(registry).Name;
        if (order is not null)
        {
            return await RolloutApi.BeginAsync(name, wanted, order, rollouts, convergence, http, cancellationToken);
        }

        var receipt = await gate.ReloadAsync(
            name,
            new ReloadRequest(
                LockTimeout: wanted.LockTimeout, AllowMassRemoval: wanted.AllowMassRemoval, Attach: wanted.Attach),
            cancellationToken);
        http.RecordReload(receipt);
        return Answer(registry, await convergence.WaitAsync(receipt, wanted, cancellationToken));
    }

    /// <summary>The receipt with who serves its version, if the caller waits for that.</summary>
    public static async Task<ReloadReceipt> WaitAsync(
        this ConvergenceWatch convergence, ReloadReceipt receipt, ReloadParameters wanted,
        CancellationToken cancellationToken) =>
        wanted.WaitFor == WaitFor.Nobody || receipt.Outcome is ReloadOutcome.Skipped or ReloadOutcome.Failed
        || receipt.AwaitsRollout
            ? receipt
            : receipt with
            {
                Convergence = await convergence.WaitAsync(
                    receipt.Registry, receipt.Version, wanted.WaitFor, wanted.Timeout - receipt.Timings.LockWait,
                    cancellationToken),
            };

    /// <summary>The answer to a reload, or to what includes one.</summary>
    public static IResult Answer(string registry, ReloadReceipt receipt) => receipt switch
    {
        { Outcome: ReloadOutcome.Failed } => ProblemTypes.ReloadFailed.Answer(
            $"{receipt.Problem?.Meaning} {receipt.Problem?.Detail}", title: $"Registry '{registry}' was not reloaded",
            [KeyValuePair.Create("receipt", (object?)receipt)]),
        { Outcome: ReloadOutcome.Skipped } or { AwaitsRollout: true } or { Convergence.Reached: false } =>
            TypedResults.Accepted((string?)null, receipt),
        _ => TypedResults.Ok(receipt),
    };
}
