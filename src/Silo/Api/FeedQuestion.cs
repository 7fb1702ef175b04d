using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using EndpointSync.Wire;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>A worker's question for news, as docs/worker-protocol.md specifies it.</summary>
internal sealed record FeedQuestion
{
    /// <summary>Identifies the worker's process.</summary>
    [FromQuery(Name = "worker")]
    public Guid Worker { get; init; }

    /// <summary>The worker's display name.</summary>
    [FromQuery(Name = "name")]
    public string? Name { get; init; }

    /// <summary>The version of the table that the worker has; none without it.</summary>
    [FromQuery(Name = "after")]
    [DefaultValue(0L)]
    public long? After { get; init; }

    /// <summary>The hash of that table.</summary>
    [FromQuery(Name = "hash")]
    public string? Hash { get; init; }

    /// <summary>The version that the worker has confirmed with a request to itself.</summary>
    [FromQuery(Name = "serves")]
    [DefaultValue(0L)]
    public long? Serves { get; init; }

    /// <summary>What keeps it from serving a newer version, or all of this one.</summary>
    [FromQuery(Name = "problem")]
    public string? Problem { get; init; }

    /// <summary>The worker's ring; <c>rest</c> if it has none.</summary>
    [FromQuery(Name = "ring")]
    public string? Ring { get; init; }

    /// <summary>What its tables have decided, such as <c>43:120,1,0;42:5000,12,3</c>.</summary>
    [FromQuery(Name = "answers")]
    public string? Answers { get; init; }

    /// <summary>How long the question may wait for news, such as <c>1500ms</c>.</summary>
    [FromQuery(Name = "timeout")]
    public string? Timeout { get; init; }

    /// <summary>Whether the worker stops, and no longer counts.</summary>
    [FromQuery(Name = "leave")]
    [DefaultValue(false)]
    public bool? Leave { get; init; }

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

        var (after, serves) = (After ?? 0, Serves ?? 0);
        if (after < 0 || serves < 0)
        {
            errors["after"] = ["a version is never negative"];
        }

        var hash = default(ContentHash);
        if (after > 0 && !ContentHash.TryParse(Hash, out hash))
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
                Worker, Name!, new RouteVersion(serves), problem, new RouteTableId(new RouteVersion(after), hash))
            {
                Ring = Ring ?? WorkerRing.Default,
                Answers = answers!,
            };
        errors = report is null ? errors : null;
        return report is not null;
    }
}
