namespace EndpointSync;

/// <summary>A request to publish the table of an earlier version as a new one, and to pin it.</summary>
/// <param name="ToVersion">The version whose table is published; from 1.</param>
/// <param name="SeenVersion">
/// The newest version as the caller saw it. If there is another one by now, nothing is done.
/// </param>
/// <param name="Reason">Why, for the history and for whoever finds the pin: 1 to 500 characters.</param>
public sealed record Rollback(RouteVersion ToVersion, RouteVersion SeenVersion, string Reason);
