using EndpointSync.Wire;

namespace EndpointSync.Worker.Feed;

/// <summary>A silo's answer to the question for news.</summary>
/// <param name="Newest">The silo's table.</param>
/// <param name="Delta">
/// The changes from the worker's table to the silo's, or all routes as changes from version 0; null if nothing is new.
/// </param>
/// <param name="Silos">The URLs of the cluster's silos.</param>
/// <param name="IsStopping">Whether the silo is stopping.</param>
/// <param name="Trace">Where the silo took up what is new, as a place in a trace; null if nobody traces that.</param>
internal sealed record News(
    RouteTableId Newest, RouteDelta? Delta, IReadOnlyList<string> Silos, bool IsStopping, string? Trace = null)
{
    /// <summary>Whether a rollout runs, so that the next question tells what the tables have decided.</summary>
    public bool IsWatched { get; init; }

    /// <exception cref="InvalidDataException">The head's hash is none.</exception>
    public static News Of(FeedHead head, IReadOnlyList<PublishedChange> changes)
    {
        if (!ContentHash.TryParse(head.Hash, out var hash))
        {
            throw new InvalidDataException($"'{head.Hash}' is not a hash.");
        }

        var version = new RouteVersion(head.Version);
        return new News(
            new RouteTableId(version, hash),
            head.From is { } from ? new RouteDelta(new RouteVersion(from), version, hash, changes) : null,
            head.Silos, head.Stopping, head.Trace)
        {
            IsWatched = head.Watch,
        };
    }
}
