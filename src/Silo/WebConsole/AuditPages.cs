using EndpointSync.Grains.Audit;
using EndpointSync.Silo.Api;
using EndpointSync.WebConsole.Cluster;

namespace EndpointSync.Silo.WebConsole;

/// <summary>The page of the audit.</summary>
internal static class AuditPages
{
    public static void MapAuditPage(this RouteGroupBuilder audit) => audit.MapRead("/", ListAsync);

    private static async Task<IResult> ListAsync(
        string? registry, string? principal, string? operation, string? outcome, long? cursor, AuditStore store,
        CancellationToken cancellationToken)
    {
        var filter = new Dictionary<string, string>
        {
            [nameof(registry)] = registry ?? "",
            [nameof(principal)] = principal ?? "",
            [nameof(operation)] = operation ?? "",
            [nameof(outcome)] = outcome ?? "",
        };
        var answer = await AuditApi.ListAsync(
            Given(registry), Given(principal), Given(operation), Given(outcome), since: null, until: null, cursor,
            before: null, Lists.PageSize, store, cancellationToken);
        return answer.ValueOf<AuditPage>() is { } entries
            ? Page.Of<AuditTrailPage>(
                (nameof(AuditTrailPage.Entries), entries), (nameof(AuditTrailPage.Filter), filter),
                (nameof(AuditTrailPage.IsFirst), cursor is null))
            : answer;
    }

    private static string? Given(string? field) => string.IsNullOrEmpty(field) ? null : field;
}
