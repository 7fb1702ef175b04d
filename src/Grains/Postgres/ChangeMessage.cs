namespace EndpointSync.Grains.Postgres;

/// <summary>What a message tells of.</summary>
internal enum ChangeKind
{
    /// <summary>Somebody changed routes.</summary>
    Routes,

    /// <summary>Somebody edited endpoints.</summary>
    Endpoints,

    /// <summary>Somebody asked for a sync.</summary>
    Request,
}

/// <summary>A message of a trigger or an SQL function: <c>kind schema</c>.</summary>
internal sealed record ChangeMessage(ChangeKind Kind, string Schema)
{
    /// <summary>Reads a message; null if it is none of ours, for anyone may send to a channel.</summary>
    public static ChangeMessage? Parse(string payload)
    {
        var space = payload.IndexOf(' ', StringComparison.Ordinal);
        return (space < 0 ? "" : payload[..space]) switch
        {
            "routes" => new ChangeMessage(ChangeKind.Routes, payload[(space + 1)..]),
            "endpoints" => new ChangeMessage(ChangeKind.Endpoints, payload[(space + 1)..]),
            "request" => new ChangeMessage(ChangeKind.Request, payload[(space + 1)..]),
            _ => null,
        };
    }
}
