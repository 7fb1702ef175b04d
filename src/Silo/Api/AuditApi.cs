using System.ComponentModel;
using EndpointSync.Grains.Audit;
using EndpointSync.Silo.Problems;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>Shows who changed what. docs/security.md says what is recorded.</summary>
internal static class AuditApi
{
    private const int DefaultLimit = 100;
    private const int HighestLimit = 1_000;

    public static void MapAudit(this RouteGroupBuilder audit) => audit.MapRead("/", ListAsync);

    [EndpointName("listAudit")]
    [EndpointSummary("Who changed what, newest first")]
    [ProducesResponseType<AuditPage>(StatusCodes.Status200OK)]
    public static async Task<IResult> ListAsync(
        [Description("Only of this registry")] string? registry,
        [Description("Only by this caller")] string? principal,
        [Description("Only of the operation with this id in the API's description")] string? operation,
        [Description("Only with this outcome: Begun, Done, Refused or Failed")] string? outcome,
        [Description("Only from this time on")] DateTimeOffset? since,
        [Description("Only before this time")] DateTimeOffset? until,
        [Description(Paging.Cursor)] long? cursor,
        [Description("Another name of cursor, from before it had this one")] long? before,
        [Description("At most this many entries, 1 to 1000; 100 by default")] int? limit,
        AuditStore store, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string[]>();
        if (!TryRead(outcome, out var wanted))
        {
            errors[nameof(outcome)] = ["must be Begun, Done, Refused or Failed"];
        }

        if (limit is < 1 or > HighestLimit)
        {
            errors[nameof(limit)] = [$"must lie between 1 and {HighestLimit}"];
        }

        if ((cursor ?? before) < 0)
        {
            errors[nameof(cursor)] = [$"'{cursor ?? before}' is negative"];
        }

        return errors.Count > 0
            ? ProblemTypes.Invalid(errors)
            : TypedResults.Ok(await store.ListAsync(
                new AuditQuery(
                    registry, principal, operation, wanted, since, until, cursor ?? before, limit ?? DefaultLimit),
                cancellationToken));
    }

    // Enum.TryParse takes numbers too.
    private static bool TryRead(string? text, out AuditOutcome? outcome)
    {
        var isName = Enum.TryParse<AuditOutcome>(text, ignoreCase: true, out var parsed)
            && text.All(char.IsAsciiLetter);
        outcome = isName ? parsed : null;
        return isName || text is null;
    }
}
