using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace EndpointSync.Worker.Yarp;

/// <summary>Forwards requests to one of the servers of a YARP cluster, by YARP's own choice.</summary>
internal sealed class ClusterForwarder(IServiceProvider services, IProxyStateLookup clusters)
{
    private readonly RequestDelegate _pipeline = ClusterPipeline.Build(services);
    private volatile Dictionary<string, RouteModel> _routes = [];

    /// <exception cref="ArgumentException">YARP has no such cluster.</exception>
    public void Check(string cluster)
    {
        if (!clusters.TryGetCluster(cluster, out _))
        {
            var known = string.Join(", ", clusters.GetClusters().Select(state => $"'{state.ClusterId}'").Order());
            throw new ArgumentException(
                $"YARP has no cluster '{cluster}'; it has {(known.Length == 0 ? "none" : known)}. Add it to "
                + $"ReverseProxy:Clusters:{cluster}.",
                nameof(cluster));
        }
    }

    public async Task SendAsync(HttpContext http, string cluster)
    {
        if (!await ForwardingRules.AllowAsync(http))
        {
            return;
        }

        // A cluster may be taken out of the configuration while the application runs.
        if (clusters.TryGetCluster(cluster, out var state))
        {
            http.Features.Set<IReverseProxyFeature>(new ReverseProxyFeature
            {
                Route = RouteTo(state),
                Cluster = state.Model,
                AllDestinations = state.DestinationsState.AllDestinations,
                AvailableDestinations = Available(state),
            });
            await _pipeline(http);
        }

        if (state is null || http.GetForwarderErrorFeature()?.Error == ForwarderError.NoAvailableDestinations)
        {
            await UnavailableAsync(http);
        }
    }

    // By default YARP tries all servers when it knows that none is healthy. A worker then says so at once, unless the
    // cluster names a policy.
    private static IReadOnlyList<DestinationState> Available(ClusterState cluster)
    {
        var available = cluster.DestinationsState.AvailableDestinations;
        return cluster.Model.Config.HealthCheck?.AvailableDestinationsPolicy is null && available.All(IsUnhealthy)
            ? []
            : available;
    }

    private static bool IsUnhealthy(DestinationState server) =>
        server.Health.Active == DestinationHealth.Unhealthy || server.Health.Passive == DestinationHealth.Unhealthy;

    // YARP answers 503 itself, but says neither why nor when to try again.
    private static async Task UnavailableAsync(HttpContext http)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.Headers.RetryAfter = "1";
            await TypedResults.Problem(
                "None of the servers that this app's requests are forwarded to is available.",
                statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(http);
        }
    }

    // Of a cluster that is added again, YARP makes a new state.
    private RouteModel RouteTo(ClusterState cluster)
    {
        if (_routes.TryGetValue(cluster.ClusterId, out var route) && ReferenceEquals(route.Cluster, cluster))
        {
            return route;
        }

        route = new RouteModel(
            new RouteConfig { RouteId = $"endpointsync/{cluster.ClusterId}", ClusterId = cluster.ClusterId },
            cluster, SameTarget.Instance);
        _routes = new Dictionary<string, RouteModel>(_routes) { [cluster.ClusterId] = route };
        return route;
    }
}
