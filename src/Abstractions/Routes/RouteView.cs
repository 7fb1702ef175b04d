namespace EndpointSync;

/// <summary>A route of a version.</summary>
/// <param name="Key">
/// The row's key; the key of an endpoint's route begins with <c>fastapi.endpoint:</c> and the endpoint's id.
/// </param>
/// <param name="Route">The rules, joined by <c>|</c>.</param>
/// <param name="Since">The version that introduced the route in this form.</param>
/// <param name="Opts">The handler of the route, as JSON.</param>
/// <param name="Routing">The routing settings of the route, as JSON.</param>
/// <param name="App">The application that answers an endpoint's requests; null for another consumer's route.</param>
public sealed record RouteView(
    string Key, string? Route, RouteVersion Since, string? Opts, string? Routing, string? App = null);
