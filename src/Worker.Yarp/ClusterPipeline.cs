using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EndpointSync.Worker.Yarp;

/// <summary>
/// YARP's steps for a request whose cluster is known: session affinity, load balancing, passive health checks, and the
/// forwarder, which counts the requests that are under way. YARP builds them for its own routes only, so a route
/// builder that no application sees takes them from there. It also makes YARP load the clusters.
/// </summary>
internal sealed class ClusterPipeline : IEndpointRouteBuilder
{
    private ClusterPipeline(IServiceProvider services) => ServiceProvider = services;

    public IServiceProvider ServiceProvider { get; }

    public ICollection<EndpointDataSource> DataSources { get; } = [];

    public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(ServiceProvider);

    public static RequestDelegate Build(IServiceProvider services)
    {
        RequestDelegate? pipeline = null;
        // The same steps as of MapReverseProxy(), whose pipeline an application that calls it before gets too.
        new ClusterPipeline(services).MapReverseProxy(proxy =>
        {
            proxy.Use(next => pipeline = next);
            proxy.UseSessionAffinity();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
        return pipeline!;
    }
}
