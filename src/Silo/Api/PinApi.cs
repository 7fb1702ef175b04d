using System.ComponentModel;
using System.Security.Claims;
using EndpointSync.Core;
using EndpointSync.Grains.Coordination;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Audit;
using EndpointSync.Silo.Idempotency;
using EndpointSync.Silo.Problems;
using EndpointSync.Wire;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>Rolls a registry back to an earlier table, which pins it, and unpins it.</summary>
internal static class PinApi
{
    public static void MapPins(this RouteGroupBuilder registries)
    {
        registries.MapPost("/{registry}/rollback", RollBackAsync).RequireRole(AccessRole.Operator).AuditedAfterwards()
            .Idempotent();
        registries.MapRead("/{registry}/pin", PinAsync).RequireRole(AccessRole.Viewer);
        registries.MapDelete("/{registry}/pin", UnpinAsync).RequireRole(AccessRole.Operator).AuditedAfterwards()
            .Idempotent();
    }

    [EndpointName("rollbackRegistry")]
    [EndpointSummary("Publishes the table of an earlier version as a new version, and pins it")]
    [ProducesResponseType<ReloadReceipt>(StatusCodes.Status200OK)]
    [ProducesResponseType<ReloadReceipt>(StatusCodes.Status202Accepted)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status410Gone, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status504GatewayTimeout, "application/problem+json")]
    public static async Task<IResult> RollBackAsync(
        string registry, Rollback rollback,
        [Description("Who has to serve the version: silos, or workers and silos; nobody by default")] string? wait,
        [Description("The bound on each wait, such as 500ms, 5s or 00:00:05; at most a minute")] string? timeout,
        ClaimsPrincipal caller, RegistryMap<Registry> registries, PinGate gate, ConvergenceWatch convergence,
        RollbackWatch rollbacks, HttpContext http, CancellationToken cancellationToken)
    {
        if (!ReloadParameters.TryRead(wait, "wait", timeout, null, null, out var wanted, out var errors)
            | !PinRules.TryCheck(rollback, ref errors))
        {
            return ProblemTypes.Invalid(errors!);
        }

        var name = registries.Get(registry).Name;
        var answer = await gate.PinAsync(
            name,
            new PinRequest(
                Guid.NewGuid(), rollback.SeenVersion, rollback.ToVersion, caller.Identity?.Name ?? "nobody",
                rollback.Reason.Trim()),
            wanted.LockTimeout, cancellationToken);
        if (PinAnswers.Refusal(answer, registry, rollback) is { } refused)
        {
            return refused;
        }

        var receipt = answer.Receipt;
        http.RecordReload(receipt);
        http.RecordChange($"version {rollback.ToVersion}", before: null, rollback);
        // Not cancelled with the caller: the history has the answer too.
        var served = receipt.Replaced is null ? null : rollbacks.WhenServedAsync(name, receipt);
        receipt = await convergence.WaitAsync(receipt, wanted, cancellationToken);
        if (served is not null && receipt.Convergence is { WaitedFor: WaitFor.Workers, Reached: true })
        {
            receipt = receipt with { Replaced = receipt.Replaced! with { ServedFor = await served } };
        }

        return RegistryApi.Answer(registry, receipt);
    }

    [EndpointName("getPin")]
    [EndpointSummary("The pin of a registry, and what would be published without it")]
    [ProducesResponseType<PinDetails>(StatusCodes.Status200OK)]
    private static async Task<IResult> PinAsync(
        string registry, [Description(Paging.Cursor)] string? cursor, [Description(Paging.Limit)] int? limit,
        RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        Paging.Refuse(limit) is { } refused
            ? refused
            : TypedResults.Ok(await (await registries.ReadyAsync(registry, cancellationToken)).Plans.ReadPinAsync(
                cursor, limit ?? Paging.DefaultLimit, cancellationToken));

    [EndpointName("unpinRegistry")]
    [EndpointSummary("Ends the pin, and publishes what waited")]
    [ProducesResponseType<ReloadReceipt>(StatusCodes.Status200OK)]
    [ProducesResponseType<ReloadReceipt>(StatusCodes.Status202Accepted)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status504GatewayTimeout, "application/problem+json")]
    public static async Task<IResult> UnpinAsync(
        string registry, [Description("The newest version as the caller saw it")] long seen,
        [Description("Who has to serve the version: silos, or workers and silos; nobody by default")] string? wait,
        [FromQuery(Name = "lock"), Description("skip or wait: what to do while another process holds the lock")]
        string? busyLock,
        [Description("The bound on both waits together, such as 500ms, 5s or 00:00:05; at most a minute")]
        string? timeout,
        [Description("true allows to remove more than 10 routes that are half or more")] string? allowMassRemoval,
        ClaimsPrincipal caller, RegistryMap<Registry> registries, PinGate gate, ConvergenceWatch convergence,
        HttpContext http, CancellationToken cancellationToken)
    {
        if (!ReloadParameters.TryRead(
            wait, busyLock, timeout, allowMassRemoval, null, out var wanted, out var errors))
        {
            return ProblemTypes.Invalid(errors);
        }

        var found = await registries.ReadyAsync(registry, cancellationToken);
        var pin = await found.Plans.FindPinAsync(cancellationToken);
        if (pin is null)
        {
            return PinAnswers.NotPinned(registry);
        }

        var answer = await gate.PinAsync(
            found.Name,
            new PinRequest(
                Guid.NewGuid(), new RouteVersion(seen), To: null, caller.Identity?.Name ?? "nobody", Reason: "",
                wanted.AllowMassRemoval),
            wanted.LockTimeout, cancellationToken);
        if (PinAnswers.Moved(answer, registry, new RouteVersion(seen)) is { } refused)
        {
            return refused;
        }

        http.RecordReload(answer.Receipt);
        http.RecordChange($"version {pin.ToVersion}", pin, after: null);
        return RegistryApi.Answer(
            registry, await convergence.WaitAsync(answer.Receipt, wanted, cancellationToken));
    }
}
