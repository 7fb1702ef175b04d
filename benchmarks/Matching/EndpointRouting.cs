using EndpointSync.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace EndpointSync.Bench.Matching;

/// <summary>
/// The routing middleware of ASP.NET Core with the same routes as the route table, as an application has it; nothing is
/// behind it.
/// </summary>
internal sealed class EndpointRouting : IAsyncDisposable
{
    private const string Cluster = "none";

    private readonly WebApplication _application;
    private readonly DefaultHttpContext _context = new();
    private readonly RequestDelegate _pipeline;

    private EndpointRouting(WebApplication application)
    {
        _application = application;
        var pipeline = new ApplicationBuilder(application.Services);
        pipeline.UseRouting();
        pipeline.Use((HttpContext _, RequestDelegate _) => Task.CompletedTask);
        pipeline.UseEndpoints(
            endpoints => ((IEndpointRouteBuilder)application).DataSources.ToList().ForEach(endpoints.DataSources.Add));
        _pipeline = pipeline.Build();
    }

    /// <summary>Endpoints that an application has mapped.</summary>
    public static EndpointRouting OfAspNetCore(MatchShape shape, int size)
    {
        var application = WebApplication.CreateSlimBuilder().Build();
        ((IEndpointRouteBuilder)application).DataSources.Add(
            new DefaultEndpointDataSource(shape.Routes(size).SelectMany(Endpoints)));
        return new EndpointRouting(application);
    }

    /// <summary>Endpoints that YARP makes of its configuration.</summary>
    public static EndpointRouting OfYarp(MatchShape shape, int size)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddReverseProxy().LoadFromMemory(
            [.. shape.Routes(size).SelectMany(YarpRoutes)], [new ClusterConfig { ClusterId = Cluster }]);
        var application = builder.Build();
        application.MapReverseProxy();
        return new EndpointRouting(application);
    }

    /// <summary>The paths as a server hands them to an application.</summary>
    public static PathString[] Receive(string[] paths) => [.. paths.Select(path => new PathString(path))];

    /// <exception cref="InvalidOperationException">A path was found and should not be, or the other way
    /// round.</exception>
    public void MatchAll(PathString[] paths, MatchShape shape)
    {
        _context.Request.Method = shape.Method;
        foreach (var path in paths)
        {
            _context.Request.Path = path;
            _context.SetEndpoint(null);
            // It completes at once, but for the first time: then the matcher is built.
            _pipeline(_context).GetAwaiter().GetResult();
            if (_context.GetEndpoint() is not null != shape.IsFound)
            {
                throw new InvalidOperationException($"{path} was {(shape.IsFound ? "not " : "")}found.");
            }
        }
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static IEnumerable<Endpoint> Endpoints(PublishedRoute route) => route.Rules.Select(rule =>
        new RouteEndpoint(
            _ => Task.CompletedTask, RoutePatternFactory.Parse(Pattern(rule)), order: 0,
            new EndpointMetadataCollection(new HttpMethodMetadata(route.Methods)), rule));

    private static IEnumerable<RouteConfig> YarpRoutes(PublishedRoute route) =>
        route.Rules.Select(rule => new RouteConfig
        {
            RouteId = rule,
            ClusterId = Cluster,
            Match = new Yarp.ReverseProxy.Configuration.RouteMatch { Path = Pattern(rule), Methods = route.Methods },
        });

    private static string Pattern(string rule) => rule
        .Replace("<path:application_path>", "{**application_path}", StringComparison.Ordinal)
        .Replace("<int:id>", "{id:int}", StringComparison.Ordinal);
}
