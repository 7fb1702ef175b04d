using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Worker.Feed;

/// <summary>An image read from a silo.</summary>
/// <param name="Image">The image.</param>
/// <param name="Changes">The changes from the image before; null if the image was read in full.</param>
internal sealed record Reading(RouteImage Image, IReadOnlyList<PublishedChange>? Changes);
