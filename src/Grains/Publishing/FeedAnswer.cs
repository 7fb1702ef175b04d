using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Grains.Publishing;

/// <summary>What is new to a worker.</summary>
/// <param name="Image">The silo's image.</param>
/// <param name="From">
/// The version that the worker's table is changed from; 0 if it has to be replaced; null if nothing is new.
/// </param>
/// <param name="Delta">The changes; null if nothing is new, or if the table has to be replaced.</param>
/// <param name="IsStopping">Whether this silo is stopping.</param>
internal sealed record FeedAnswer(RouteImage Image, RouteVersion? From, RouteDelta? Delta, bool IsStopping);
