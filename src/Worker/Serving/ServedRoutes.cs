using System.Globalization;
using EndpointSync.Core;
using EndpointSync.Wire;
using Microsoft.Extensions.Primitives;

namespace EndpointSync.Worker.Serving;

/// <summary>One version's routes, by which a worker answers requests. Immutable; a request sees exactly one.</summary>
internal sealed class ServedRoutes(RouteImage image, bool fromSnapshot)
{
    public RouteImage Image { get; } = image;

    public RouteVersion Version => Image.Version;

    /// <summary>Whether the routes come from a file and no silo has confirmed them yet.</summary>
    public bool FromSnapshot { get; } = fromSnapshot;

    /// <summary>Where the worker took up the version, as a place in a trace; null if nobody traces that.</summary>
    public string? Trace { get; init; }

    /// <summary>When requests began to see these routes.</summary>
    public DateTimeOffset SwappedAt { get; init; }

    /// <summary>The requests that these routes have decided.</summary>
    public TableAnswers Answers { get; } = new();

    /// <summary>How many those are, for a silo that watches a rollout.</summary>
    public TableCount CountAnswers()
    {
        var (missed, failed) = (Answers[AnswerKind.Missed], Answers[AnswerKind.Failed]);
        return new TableCount(Version, Answers[AnswerKind.Served] + missed + failed, missed, failed);
    }

    /// <summary>The version as a header value, made once.</summary>
    public StringValues VersionHeader { get; } = image.Version.Value.ToString(CultureInfo.InvariantCulture);
}
