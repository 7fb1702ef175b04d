using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Grains.Publishing;

/// <summary>What is new to a worker.</summary>
/// <param name="Image">The silo's image for the worker's ring.</param>
/// <param name="From">
/// The version that the worker's table is changed from; 0 if it has to be replaced; null if nothing is new.
/// </param>
/// <param name="Delta">The changes; null if nothing is new, or if the table has to be replaced.</param>
/// <param name="IsStopping">Whether this silo is stopping.</param>
/// <param name="Trace">The place in a trace where the silo took up what is new; null if nobody traces that.</param>
internal sealed record FeedAnswer(
    RouteImage Image, RouteVersion? From, RouteDelta? Delta, bool IsStopping, string? Trace = null)
{
    /// <summary>Whether a rollout runs that has not reached the worker's ring.</summary>
    public bool IsHeld { get; init; }

    /// <summary>Whether a rollout runs, so that workers tell what their tables have decided.</summary>
    public bool IsWatched { get; init; }
}
