using Microsoft.AspNetCore.Http.Metadata;

namespace EndpointSync.Worker;

/// <summary>Endpoint metadata that identifies the synced route.</summary>
public sealed class SyncedRouteMetadata : IRouteDiagnosticsMetadata
{
    internal SyncedRouteMetadata(string key, string rule, string? app) => (Key, Rule, App) = (key, rule, app);

    /// <summary>
    /// The key of the route's row; the keys of endpoints begin with <c>fastapi.endpoint:</c> and the endpoint's id.
    /// </summary>
    public string Key { get; }

    /// <summary>The Werkzeug rule that the request matched.</summary>
    public string Rule { get; }

    /// <summary>The app of the endpoint that declares the route; null for a route of another consumer.</summary>
    public string? App { get; }

    /// <summary>The route's name in traces and metrics: its rule.</summary>
    string IRouteDiagnosticsMetadata.Route => Rule;

    /// <summary>Rule and key.</summary>
    public override string ToString() => $"{Rule} ({Key})";
}
