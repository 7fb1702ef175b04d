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
}

/// <summary>A notification of a trigger or an SQL function: <c>kind schema</c>.</summary>
internal sealed record ChangeNotification(ChangeKind Kind, string Schema)
{
    /// <summary>Parses a notification; null if it is not ours, because any session may send to a channel.</summary>
    public static ChangeNotification? Parse(string payload)
    {
        var space = payload.IndexOf(' ', StringComparison.Ordinal);
        return (space < 0 ? "" : payload[..space]) switch
        {
            "routes" => new ChangeNotification(ChangeKind.Routes, payload[(space + 1)..]),
            "endpoints" => new ChangeNotification(ChangeKind.Endpoints, payload[(space + 1)..]),
            "request" => new ChangeNotification(ChangeKind.Request, payload[(space + 1)..]),
            _ => null,
        };
    }
}
