using System.Globalization;
using EndpointSync.Core;
using Microsoft.Extensions.Primitives;

namespace EndpointSync.Worker.Serving;

/// <summary>One version's routes, by which a worker answers requests. Immutable; a request sees exactly one.</summary>
internal sealed class ServedRoutes(RouteImage image, bool fromSnapshot)
{
    public RouteImage Image { get; } = image;

    public RouteVersion Version => Image.Version;

    /// <summary>Whether the routes come from a file and no silo has confirmed them yet.</summary>
    public bool FromSnapshot { get; } = fromSnapshot;

    /// <summary>The version as a header value, made once.</summary>
    public StringValues VersionHeader { get; } = image.Version.Value.ToString(CultureInfo.InvariantCulture);
}
