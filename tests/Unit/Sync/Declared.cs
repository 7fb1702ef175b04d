using EndpointSync.Grains.Sync.Planning;

namespace EndpointSync.Tests.Unit.Sync;

/// <summary>Short forms for the endpoints and rows of tests.</summary>
internal static class Declared
{
    public static EndpointRow Endpoint(int id, string rootPath, bool active = true, bool synced = false) =>
        new(id, $"endpoint {id}", rootPath, active, synced, SaveHttpSession: false);

    public static RouteRow Row(int id, string rootPath) => ExpectedRoute.For(id, rootPath, saveHttpSession: false);

    public static RouteRow Foreign(string key) => new(key, "/foreign", "{}", "{}");
}
