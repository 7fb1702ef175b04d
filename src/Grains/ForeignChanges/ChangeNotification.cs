using System.Globalization;

namespace EndpointSync.Grains.ForeignChanges;

/// <summary>What a notification announces.</summary>
internal enum ChangeKind
{
    /// <summary>Another writer changed routes.</summary>
    Routes,

    /// <summary>Another writer edited endpoints.</summary>
    Endpoints,

    /// <summary>Another process requested a sync.</summary>
    Request,

    /// <summary>A sync of this or another cluster made a version.</summary>
    Version,
}

/// <summary>
/// A notification of a trigger or an SQL function, <c>kind schema</c>, or of a sync, <c>version schema</c>.
/// </summary>
/// <param name="Kind">What it announces.</param>
/// <param name="Schema">The registry's schema.</param>
/// <param name="Version">The version that was made; 0 for every other kind.</param>
internal sealed record ChangeNotification(ChangeKind Kind, string Schema, RouteVersion Version = default)
{
    /// <summary>The channel of triggers and SQL functions.</summary>
    public const string Changes = "endpoint_sync";

    /// <summary>The channel of syncs.</summary>
    public const string Versions = "endpoint_sync_version";

    /// <summary>Parses a notification; null if it is not ours, because any session may send to a channel.</summary>
    public static ChangeNotification? Parse(string channel, string payload)
    {
        var space = payload.IndexOf(' ', StringComparison.Ordinal);
        var (kind, schema) = space < 0 ? ("", "") : (payload[..space], payload[(space + 1)..]);
        return (channel, kind) switch
        {
            (Changes, "routes") => new ChangeNotification(ChangeKind.Routes, schema),
            (Changes, "endpoints") => new ChangeNotification(ChangeKind.Endpoints, schema),
            (Changes, "request") => new ChangeNotification(ChangeKind.Request, schema),
            (Versions, _) when long.TryParse(
                kind, NumberStyles.None, CultureInfo.InvariantCulture, out var version) =>
                new ChangeNotification(ChangeKind.Version, schema, new RouteVersion(version)),
            _ => null,
        };
    }
}
