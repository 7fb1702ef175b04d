using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace EndpointSync.Bench.Matching;

/// <summary>The routing middleware of ASP.NET Core with the same routes as the route table, as an application has it; nothing is behind it.</summary>
internal sealed class AspNetCoreRouting : IAsyncDisposable
{
    private readonly WebApplication _application = WebApplication.CreateSlimBuilder().Build();
    private readonly DefaultHttpContext _context = new();
    private readonly RequestDelegate _pipeline;

    public AspNetCoreRouting(int size)
    {
        var application = new ApplicationBuilder(_application.Services);
        application.UseRouting();
        application.Use((HttpContext _, RequestDelegate _) => Task.CompletedTask);
        application.UseEndpoints(endpoints => endpoints.DataSources.Add(new DefaultEndpointDataSource(DeclaredRoutes.Of(size).SelectMany(Endpoints))));
        _pipeline = application.Build();
        _context.Request.Method = "GET";
    }

    /// <summary>The paths as a server hands them to an application.</summary>
    public static PathString[] Receive(string[] paths) => [.. paths.Select(path => new PathString(path))];

    public void MatchAll(PathString[] paths)
    {
        foreach (var path in paths)
        {
            _context.Request.Path = path;
            _context.SetEndpoint(null);
            // It completes at once, but for the first time: then the matcher is built.
            _pipeline(_context).GetAwaiter().GetResult();
            if (_context.GetEndpoint() is null)
            {
                throw new InvalidOperationException($"{path} was not found.");
            }
        }
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static IEnumerable<Endpoint> Endpoints(Publishing.PublishedRoute route) => route.Rules.Select(rule =>
        new RouteEndpoint(
            _ => Task.CompletedTask,
            RoutePatternFactory.Parse(rule.Replace("<path:application_path>", "{**application_path}", StringComparison.Ordinal)),
            order: 0,
            new EndpointMetadataCollection(new HttpMethodMetadata(route.Methods)),
            rule));
}
