namespace EndpointSync.Grains.Sync.Planning;

/// <summary>
/// A row of <c>fastapi_endpoint</c>, as far as routing goes. The three flags are nullable there, and null counts as
/// false.
/// </summary>
/// <param name="Unreadable">What of it has bytes that are no text, so that the values here only stand for it.</param>
internal sealed record EndpointRow(
    int Id, string Name, string RootPath, bool Active, bool RegistrySync, bool SaveHttpSession, string? App = null,
    string? Unreadable = null);
