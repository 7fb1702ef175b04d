namespace EndpointSync;

/// <summary>An endpoint whose repairs another writer keeps undoing.</summary>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="Repairs">How often the endpoint's routes were repaired since then.</param>
/// <param name="Since">When the repairs began.</param>
/// <param name="Until">
/// Until then, only a reload repairs the routes. A time in the past means that the next change is repaired at once.
/// </param>
/// <param name="Writer">The session that last made the routes wrong.</param>
public sealed record RepairBackoff(
    int EndpointId, int Repairs, DateTimeOffset Since, DateTimeOffset Until, ForeignWriter Writer);
