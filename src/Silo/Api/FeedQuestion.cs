using System.Diagnostics.CodeAnalysis;
using EndpointSync.Wire;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>A worker's question for news, as docs/worker-protocol.md specifies it.</summary>
/// <param name="Worker">Identifies the worker's process.</param>
/// <param name="Name">The worker's display name.</param>
/// <param name="After">The version of the table that the worker has; 0 for none.</param>
/// <param name="Hash">The hash of that table.</param>
/// <param name="Serves">The version that the worker has confirmed with a request to itself.</param>
/// <param name="Problem">What keeps it from serving a newer version, or all of this one.</param>
/// <param name="Ring">The worker's ring; <c>rest</c> if it has none.</param>
/// <param name="Answers">What its tables have decided, such as <c>43:120,1,0;42:5000,12,3</c>.</param>
/// <param name="Timeout">How long the question may wait for news, such as <c>1500ms</c>.</param>
/// <param name="Leave">Whether the worker stops, and no longer counts.</param>
internal sealed record FeedQuestion(
    [property: FromQuery(Name = "worker")] Guid Worker,
    [property: FromQuery(Name = "name")] string? Name,
    [property: FromQuery(Name = "after")] long After = 0,
    [property: FromQuery(Name = "hash")] string? Hash = null,
    [property: FromQuery(Name = "serves")] long Serves = 0,
    [property: FromQuery(Name = "problem")] string? Problem = null,
    [property: FromQuery(Name = "ring")] string? Ring = null,
    [property: FromQuery(Name = "answers")] string? Answers = null,
    [property: FromQuery(Name = "timeout")] string? Timeout = null,
    [property: FromQuery(Name = "leave")] bool Leave = false)
{
    // Twice what our own workers send, because a name or a problem of another worker may be counted otherwise.
    private const int LongestProblem = 2 * FeedProtocol.LongestProblem;

    public bool TryRead(
        [NotNullWhen(true)] out WorkerReport? report, out TimeSpan timeout,
        [NotNullWhen(false)] out Dictionary<string, string[]>? errors)
    {
        errors = [];
        if (Name is not { Length: > 0 and <= FeedProtocol.LongestName })
        {
            errors["name"] = [$"a worker has a name of 1 to {FeedProtocol.LongestName} characters"];
        }

        if (After < 0 || Serves < 0)
        {
            errors["after"] = ["a version is never negative"];
        }

        var hash = default(ContentHash);
        if (After > 0 && !ContentHash.TryParse(Hash, out hash))
        {
            errors["hash"] = ["it must have the 64 hexadecimal digits of the table's hash"];
        }

        if (ReloadParameters.ReadTimeout(Timeout) is not { } span)
        {
            errors["timeout"] = [$"'{Timeout}' is not a time between 0 and 1 minute, such as 1500ms"];
            span = default;
        }

        if (Ring is not null && !WorkerRing.IsValid(Ring))
        {
            errors["ring"] = [$"'{Ring}' is not a ring, which has {WorkerRing.Form}"];
        }

        var answers = Answers is null ? [] : TableCount.Parse(Answers);
        if (answers is null)
        {
            errors["answers"] =
                [$"it must have up to {TableCount.Most} counts such as 43:120,1,0, with semicolons between them"];
        }

        timeout = span;
        var problem = Problem?.Length > LongestProblem ? Problem[..LongestProblem] : Problem;
        report = errors.Count > 0
            ? null
            : new WorkerReport(
                Worker, Name!, new RouteVersion(Serves), problem, new RouteTableId(new RouteVersion(After), hash))
            {
                Ring = Ring ?? WorkerRing.Default,
                Answers = answers!,
            };
        errors = report is null ? errors : null;
        return report is not null;
    }
}
