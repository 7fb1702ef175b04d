using EndpointSync.Core;
using EndpointSync.Grains.Coordination;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Api;
using EndpointSync.Silo.Audit;
using EndpointSync.WebConsole.Fleet;
using EndpointSync.WebConsole.Registries;

namespace EndpointSync.Silo.WebConsole;

/// <summary>The pages of one registry, and its reload.</summary>
internal static class RegistryPages
{
    public static void MapRegistryPages(this RouteGroupBuilder registry)
    {
        registry.MapRead("/", OverviewAsync).RequireRole(AccessRole.Viewer);
        registry.MapRead("/subscribers", SubscribersAsync).RequireRole(AccessRole.Viewer);
        registry.MapRead("/quarantine", QuarantineAsync).RequireRole(AccessRole.Viewer);
        registry.MapRead("/overlaps", Overlaps).RequireRole(AccessRole.Viewer);
        registry.MapRead("/explain", ExplainAsync).RequireRole(AccessRole.Viewer);
        registry.MapRead("/writers", WritersAsync).RequireRole(AccessRole.Viewer);
        registry.MapPost("/reload", ReloadAsync).RequireRole(AccessRole.Operator).AuditedAfterwards()
            .AuditedAs("reloadRegistry");
    }

    private static async Task<IResult> OverviewAsync(
        string registry, RegistrySummaries summaries, CancellationToken cancellationToken) =>
        Page.Of<RegistryPage>((nameof(RegistryPage.Summary), await summaries.ReadAsync(registry, cancellationToken)));

    private static async Task<IResult> SubscribersAsync(
        string registry, string? show, string? name, int? page, RegistrySummaries summaries,
        CancellationToken cancellationToken) =>
        Page.Of<SubscribersPage>(
            (nameof(SubscribersPage.Summary), await summaries.ReadAsync(registry, cancellationToken)),
            (nameof(SubscribersPage.Filter), new SubscriberFilter(
                SubscriberFilter.Words.Contains(show) ? show! : "all", string.IsNullOrEmpty(name) ? null : name,
                PageNumber(page))));

    private static async Task<IResult> QuarantineAsync(
        string registry, int? cursor, RegistryMap<Registry> registries, CancellationToken cancellationToken)
    {
        var found = await registries.ReadyAsync(registry, cancellationToken);
        return Page.Of<QuarantinePage>(
            (nameof(QuarantinePage.Registry), found.Name), (nameof(QuarantinePage.IsFirst), cursor is null),
            (nameof(QuarantinePage.Total), await found.Status.CountQuarantineAsync(cancellationToken)),
            (nameof(QuarantinePage.List), await found.Status.ReadQuarantineAsync(
                cursor, Lists.PageSize, cancellationToken)));
    }

    private static Page Overlaps(
        string registry, int? cursor, RequestExplainer explainer, RegistryMap<Registry> registries)
    {
        var name = registries.Get(registry).Name;
        return Page.Of<OverlapsPage>(
            (nameof(OverlapsPage.Registry), name), (nameof(OverlapsPage.IsFirst), cursor is null),
            (nameof(OverlapsPage.List), explainer.ListOverlaps(name, Math.Max(0, cursor ?? 0), Lists.PageSize)));
    }

    private static async Task<IResult> ExplainAsync(
        string registry, string? method, string? path, RequestExplainer explainer, RegistryMap<Registry> registries,
        CancellationToken cancellationToken)
    {
        var name = registries.Get(registry).Name;
        var answer = path is null
            ? null
            : await ExplainApi.ExplainAsync(
                name, path, string.IsNullOrEmpty(method) ? null : method, version: null, explainer, registries,
                cancellationToken);
        return Page.After<ExplainPage>(
            answer, (nameof(ExplainPage.Registry), name), (nameof(ExplainPage.Method), method),
            (nameof(ExplainPage.Path), path), (nameof(ExplainPage.Found), answer?.ValueOf<Explanation>()),
            (nameof(ExplainPage.Errors), answer?.Errors()));
    }

    private static async Task<IResult> WritersAsync(
        string registry, RegistryMap<Registry> registries, CancellationToken cancellationToken)
    {
        var found = await registries.ReadyAsync(registry, cancellationToken);
        return Page.Of<WritersPage>(
            (nameof(WritersPage.Registry), found.Name),
            (nameof(WritersPage.Holder), await found.Status.LockHolderAsync(cancellationToken)),
            (nameof(WritersPage.List), await found.Status.ReadWritersAsync(cancellationToken)));
    }

    // It does not wait for workers: the overview shows how they follow.
    private static async Task<IResult> ReloadAsync(
        string registry, RegistryMap<Registry> registries, ReloadGate gate, RolloutGate rollouts,
        ConvergenceWatch convergence, HttpContext http, CancellationToken cancellationToken)
    {
        var answer = await RegistryApi.ReloadAsync(
            registry, wait: null, busyLock: null, timeout: null, http.Field("allowMassRemoval"), http.Field("attach"),
            new RolloutParameters(), registries, gate, rollouts, convergence, http, cancellationToken);
        return answer.ValueOf<ReloadReceipt>() is { } receipt
            ? Page.After<ReceiptPage>(answer, (nameof(ReceiptPage.Receipt), receipt))
            : answer;
    }

    private static int PageNumber(int? page) => Math.Clamp(page ?? 1, 1, 1_000_000);
}
