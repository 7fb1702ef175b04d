using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Hosting;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.WebConsole;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Tests.WebConsole;

/// <summary>What the console maps, read from the code that maps it.</summary>
internal static class ConsoleEndpoints
{
    public static IReadOnlyList<RouteEndpoint> All { get; } = Read();

    /// <summary>Those that may change something.</summary>
    public static IEnumerable<RouteEndpoint> Changing => All.Where(endpoint => MethodsOf(endpoint).Contains("POST"));

    public static IReadOnlyList<string> MethodsOf(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods;

    /// <summary>A path that leads to an endpoint.</summary>
    public static string PathOf(RouteEndpoint endpoint, string id) =>
        "/" + endpoint.RoutePattern.RawText!.Trim('/')
            .Replace("{registry}", "openspp", StringComparison.Ordinal)
            .Replace("{id:int}", id, StringComparison.Ordinal)
            .Replace("{id}", id, StringComparison.Ordinal)
            .Replace("{version:long}", "1", StringComparison.Ordinal)
            .Replace("{file}", "none.css", StringComparison.Ordinal);

    private static List<RouteEndpoint> Read()
    {
        var builder = WebApplication.CreateSlimBuilder();
        // Nothing of it is used: the handlers' parameters must be known as services.
        builder.Services.AddEndpointSyncGrains("Host=nowhere", new Dictionary<string, RegistryOptions>());
        builder.Services.AddSingleton<ILocalSiloDetails>(_ => throw new NotSupportedException());
        builder.AddAccess(new HttpSettings
        {
            AdminKeyHash = new string('0', 64),
            Jwt = new JwtSettings { Authority = "https://nowhere", Audience = "console", ClientId = "console" },
        });
        builder.AddConsole();
        var app = builder.Build();
        app.MapConsole();
        var sources = ((IEndpointRouteBuilder)app).DataSources;
        return [.. sources.SelectMany(source => source.Endpoints).Cast<RouteEndpoint>()];
    }
}
