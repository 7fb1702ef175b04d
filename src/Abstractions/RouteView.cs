namespace EndpointSync;

/// <summary>A route of the newest version.</summary>
/// <param name="Key">The row's key; those of endpoints begin with <c>fastapi.endpoint:</c> and the endpoint's id.</param>
/// <param name="Route">The rules, joined by <c>|</c>.</param>
/// <param name="Since">The version that brought the route in its present form.</param>
/// <param name="Opts">What handles it, as JSON.</param>
/// <param name="Routing">How it is routed, as JSON.</param>
public sealed record RouteView(string Key, string? Route, RouteVersion Since, string? Opts, string? Routing);
