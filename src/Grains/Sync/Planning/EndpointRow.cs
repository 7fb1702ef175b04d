namespace EndpointSync.Grains.Sync.Planning;

/// <summary>
/// A row of <c>fastapi_endpoint</c>, as far as routing goes. The three flags are nullable there, and null counts as
/// false. If something of it has bytes that are no text, <c>Unreadable</c> says what, and the values only stand for it.
/// </summary>
internal sealed record EndpointRow(
    int Id, string Name, string RootPath, bool Active, bool RegistrySync, bool SaveHttpSession, string? App = null,
    string? Unreadable = null);
