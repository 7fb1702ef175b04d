using System.Globalization;
using EndpointSync.Publishing;
using Microsoft.Extensions.Primitives;

namespace EndpointSync.Client.Workers.Serving;

/// <summary>What a worker answers requests by: one version's routes. Never changed; a request sees exactly one.</summary>
internal sealed class ServedRoutes(RouteImage image, bool fromSnapshot)
{
    public RouteImage Image { get; } = image;

    public RouteVersion Version => Image.Version;

    /// <summary>Whether they come from a file and no silo has confirmed them yet.</summary>
    public bool FromSnapshot { get; } = fromSnapshot;

    /// <summary>The version as the header that every answer has; made once.</summary>
    public StringValues VersionHeader { get; } = image.Version.Value.ToString(CultureInfo.InvariantCulture);
}
