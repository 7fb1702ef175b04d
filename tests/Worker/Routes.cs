using EndpointSync.Wire;

namespace EndpointSync.Tests.Worker;

/// <summary>Routes to publish.</summary>
internal static class Routes
{
    public static PublishedRoute Of(int id, string? app, string rule, params string[] methods)
    {
        var key = $"fastapi.endpoint:{id}:";
        return new PublishedRoute
        {
            Key = key,
            Rules = [rule],
            Methods = methods,
            App = app,
            Hash = ContentHash.Of(key, app, rule, string.Join(',', methods)),
        };
    }
}
