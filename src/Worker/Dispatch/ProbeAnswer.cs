using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace EndpointSync.Worker.Dispatch;

/// <summary>
/// Answers the worker's probe as soon as it is matched, before authorization and all other middleware after routing.
/// </summary>
internal static class ProbeAnswer
{
    public static Endpoint Endpoint { get; } = Build();

    private static Endpoint Build()
    {
        var builder = new RouteEndpointBuilder(
            static http =>
            {
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            },
            RoutePatternFactory.Pattern([]),
            order: 0)
        { DisplayName = "EndpointSync probe" };
        new AtOnce(builder).ShortCircuit();
        return builder.Build();
    }

    /// <summary>Applies a convention to one endpoint at once.</summary>
    private sealed class AtOnce(EndpointBuilder endpoint) : IEndpointConventionBuilder
    {
        public void Add(Action<EndpointBuilder> convention) => convention(endpoint);
    }
}
