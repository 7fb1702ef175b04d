using EndpointSync.Publishing;

namespace EndpointSync.Client.Workers.Feed;

/// <summary>An image that was read.</summary>
/// <param name="Image">The image.</param>
/// <param name="Changes">What led to it from the one before; null if it was read in full.</param>
internal sealed record Reading(RouteImage Image, IReadOnlyList<PublishedChange>? Changes);
