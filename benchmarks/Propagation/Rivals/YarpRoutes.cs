using EndpointSync.Bench.Serving;
using Yarp.ReverseProxy.Configuration;

namespace EndpointSync.Bench.Propagation.Rivals;

/// <summary>The routes of one YARP, in memory.</summary>
internal sealed class YarpRoutes(InMemoryConfigProvider provider)
{
    public const string Cluster = "none";

    private readonly Lock _lock = new();
    private readonly List<RouteConfig> _routes = [];

    /// <summary>Adds the routes up to a number, and takes those beyond away.</summary>
    public void SetTo(int number)
    {
        lock (_lock)
        {
            _routes.RemoveRange(Math.Min(number, _routes.Count), Math.Max(0, _routes.Count - number));
            while (_routes.Count < number)
            {
                _routes.Add(Route(_routes.Count + 1));
            }

            provider.Update([.. _routes], [new ClusterConfig { ClusterId = Cluster }]);
        }
    }

    private static RouteConfig Route(int number) => new()
    {
        RouteId = $"route {number}",
        ClusterId = Cluster,
        Match = new RouteMatch { Path = $"{DeclaredEndpoints.PathOf(number)}{{**rest}}" },
    };
}
