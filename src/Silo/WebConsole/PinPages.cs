using System.Globalization;
using System.Security.Claims;
using EndpointSync.Core;
using EndpointSync.Grains.Coordination;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Api;
using EndpointSync.Silo.Audit;
using EndpointSync.Silo.Problems;
using EndpointSync.WebConsole.History;
using EndpointSync.WebConsole.Registries;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EndpointSync.Silo.WebConsole;

/// <summary>The pages of plans, rollbacks and pins.</summary>
internal static class PinPages
{
    private const int FirstChanges = 20;

    // The receipt says how long the replaced version answered, if all serve the new one by then.
    private const string ForWorkers = "workers";
    private const string Timeout = "10s";

    public static void MapPinPages(this RouteGroupBuilder registry)
    {
        registry.MapRead("/plan", PlanAsync).RequireRole(AccessRole.Viewer);
        registry.MapRead("/pin", PinAsync).RequireRole(AccessRole.Viewer);
        registry.MapRead("/history/{version:long}/rollback", AskAsync).RequireRole(AccessRole.Operator);
        registry.MapPost("/history/{version:long}/rollback", RollBackAsync).RequireRole(AccessRole.Operator)
            .AuditedAfterwards().AuditedAs("rollbackRegistry");
        registry.MapPost("/unpin", UnpinAsync).RequireRole(AccessRole.Operator).AuditedAfterwards()
            .AuditedAs("unpinRegistry");
    }

    private static async Task<IResult> PlanAsync(
        string registry, string? cursor, RegistryMap<Registry> registries, CancellationToken cancellationToken)
    {
        var found = await registries.ReadyAsync(registry, cancellationToken);
        return Page.Of<PlanPage>(
            (nameof(PlanPage.Plan), await found.Plans.ReadAsync(cursor, Lists.PageSize, cancellationToken)),
            (nameof(PlanPage.IsFirst), cursor is null));
    }

    private static async Task<IResult> PinAsync(
        string registry, string? cursor, RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        await ShowPinAsync(await registries.ReadyAsync(registry, cancellationToken), cursor, null, cancellationToken);

    private static async Task<IResult> AskAsync(
        string registry, long version, RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        await ShowRollbackAsync(
            await registries.ReadyAsync(registry, cancellationToken), new RouteVersion(version), null, null,
            cancellationToken);

    private static async Task<IResult> RollBackAsync(
        string registry, long version, ClaimsPrincipal caller, RegistryMap<Registry> registries, PinGate gate,
        ConvergenceWatch convergence, RollbackWatch rollbacks, HttpContext http, CancellationToken cancellationToken)
    {
        var found = await registries.ReadyAsync(registry, cancellationToken);
        var to = new RouteVersion(version);
        var answer = (IResult?)Unconfirmed(http, found.Name) ?? await PinApi.RollBackAsync(
            found.Name, new Rollback(to, Seen(http), http.Text("reason")), ForWorkers, Timeout, caller, registries,
            gate, convergence, rollbacks, http, cancellationToken);
        return answer.ValueOf<ReloadReceipt>() is { } receipt
            ? Page.After<ReceiptPage>(answer, (nameof(ReceiptPage.Receipt), receipt))
            : await ShowRollbackAsync(found, to, http.Text("reason"), answer, cancellationToken);
    }

    private static async Task<IResult> UnpinAsync(
        string registry, ClaimsPrincipal caller, RegistryMap<Registry> registries, PinGate gate,
        ConvergenceWatch convergence, HttpContext http, CancellationToken cancellationToken)
    {
        var found = await registries.ReadyAsync(registry, cancellationToken);
        var answer = (IResult?)Unconfirmed(http, found.Name) ?? await PinApi.UnpinAsync(
            found.Name, Seen(http).Value, wait: null, busyLock: null, timeout: null, http.Field("allowMassRemoval"),
            caller, registries, gate, convergence, http, cancellationToken);
        return answer.ValueOf<ReloadReceipt>() is { } receipt
            ? Page.After<ReceiptPage>(answer, (nameof(ReceiptPage.Receipt), receipt))
            : await ShowPinAsync(found, cursor: null, answer, cancellationToken);
    }

    private static RouteVersion Seen(HttpContext http) => long.TryParse(
        http.Field("seen"), NumberStyles.None, CultureInfo.InvariantCulture, out var seen) ? new(seen) : default;

    private static ValidationProblem? Unconfirmed(HttpContext http, string registry) =>
        http.Field("confirm") == registry
        ? null
        : ProblemTypes.Invalid(new Dictionary<string, string[]>
        {
            ["confirm"] = [$"must be {registry}, the registry's name; nothing was changed"],
        });

    private static async Task<IResult> ShowPinAsync(
        Registry registry, string? cursor, IResult? answer, CancellationToken cancellationToken) =>
        Page.After<PinPage>(
            answer, (nameof(PinPage.Registry), registry.Name), (nameof(PinPage.IsFirst), cursor is null),
            (nameof(PinPage.Errors), answer?.Errors()), (nameof(PinPage.Refusal), answer?.Refusal()),
            (nameof(PinPage.Details), await registry.Plans.ReadPinAsync(cursor, Lists.PageSize, cancellationToken)));

    private static async Task<IResult> ShowRollbackAsync(
        Registry registry, RouteVersion to, string? reason, IResult? answer, CancellationToken cancellationToken)
    {
        var newest = await registry.History.IdentifyAsync(null, cancellationToken);
        return Page.After<RollbackPage>(
            answer, (nameof(RollbackPage.Registry), registry.Name), (nameof(RollbackPage.Reason), reason),
            (nameof(RollbackPage.Errors), answer?.Errors()), (nameof(RollbackPage.Refusal), answer?.Refusal()),
            (nameof(RollbackPage.Diff), await registry.History.DiffAsync(
                newest.Version, to, null, FirstChanges, cancellationToken)));
    }
}
