using Microsoft.AspNetCore.Http.Metadata;

namespace EndpointSync.Client;

/// <summary>Metadata of the endpoint that answers a synced route: which route it is.</summary>
public sealed class SyncedRouteMetadata : IRouteDiagnosticsMetadata
{
    internal SyncedRouteMetadata(string key, string rule, string? app) => (Key, Rule, App) = (key, rule, app);

    /// <summary>The key of the route's row; those of endpoints begin with <c>fastapi.endpoint:</c> and the endpoint's id.</summary>
    public string Key { get; }

    /// <summary>The Werkzeug rule that the request matched.</summary>
    public string Rule { get; }

    /// <summary>The app of the endpoint that declares the route; null for a route of another consumer.</summary>
    public string? App { get; }

    /// <summary>The rule, as traces and metrics name the route.</summary>
    string IRouteDiagnosticsMetadata.Route => Rule;

    /// <summary>Rule and key.</summary>
    public override string ToString() => $"{Rule} ({Key})";
}
