using EndpointSync.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointSync.Worker.Dispatch;

/// <summary>
/// The shared parts of all endpoints of one app: the handler, compiled once, and the metadata of the handler and the
/// conventions.
/// </summary>
internal sealed class AppTemplate
{
    private const string Get = "GET";

    private readonly RequestDelegate _handler;
    private readonly IReadOnlyList<object> _metadata;

    private AppTemplate(RequestDelegate handler, IReadOnlyList<object> metadata) =>
        (_handler, _metadata) = (handler, metadata);

    /// <summary>The template of an app without a handler; it refuses the app's routes.</summary>
    public static AppTemplate Refusing(string? app) => new(Refusals.NoHandler(app), []);

    /// <param name="app">The app; null for the fallback.</param>
    /// <param name="handler">The handler, with its own conventions.</param>
    /// <param name="shared">The conventions for all apps, the outermost group first.</param>
    /// <param name="services">The application's services.</param>
    /// <exception cref="InvalidOperationException">A convention of this app only would have no effect.</exception>
    public static AppTemplate Of(
        string? app, AppHandler handler, IReadOnlyList<ConventionList> shared, IServiceProvider services)
    {
        var method = handler.Handler.Method;
        var builder = new RouteEndpointBuilder(
            requestDelegate: null, SyncedEndpointDataSource.CatchAll, SyncedEndpointDataSource.Order)
        {
            ApplicationServices = services,
        };
        var inferred = RequestDelegateFactory.InferMetadata(method, Options(builder, services));
        var attributes = method.GetCustomAttributes(inherit: true);
        var others = builder.Metadata.ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var attribute in attributes)
        {
            builder.Metadata.Add(attribute);
        }

        ConventionList.Begin(shared, builder);
        others.UnionWith(builder.Metadata.Except(attributes, ReferenceEqualityComparer.Instance));
        ConventionList.Begin([handler.Conventions], builder);

        // Conventions can add filters that wrap the handler, so the handler is compiled after the conventions.
        builder.RequestDelegate = handler.Handler is RequestDelegate plain && builder.FilterFactories.Count == 0
            ? plain
            : RequestDelegateFactory.Create(handler.Handler, Options(builder, services), inferred).RequestDelegate;
        ConventionList.End([handler.Conventions], builder);
        MatcherMetadata.Refuse(app, [.. builder.Metadata.Where(item => !others.Contains(item))], services);
        ConventionList.End(shared, builder);
        return new AppTemplate(builder.RequestDelegate, [.. builder.Metadata]);
    }

    /// <summary>The endpoint that answers one rule of a route.</summary>
    public RouteEndpoint Endpoint(PublishedRoute route, string rule)
    {
        List<object> metadata = [.. _metadata, new SyncedRouteMetadata(route.Key, rule, route.App)];
        if (route.Methods.Count > 0)
        {
            metadata.Add(new HttpMethodMetadata(Methods(route.Methods)));
        }

        // The rule is the pattern's text for logs, traces and metrics; nothing is matched by it.
        return new RouteEndpoint(
            _handler, RoutePatternFactory.Pattern(rule, []), order: 0, new EndpointMetadataCollection(metadata),
            $"{rule} ({route.Key})");
    }

    // The table adds OPTIONS to every rule, and HEAD to those with GET.
    private static HashSet<string> Methods(IReadOnlyList<string> methods)
    {
        HashSet<string> all = [.. methods.Select(method => method.ToUpperInvariant()), "OPTIONS"];
        if (all.Contains(Get))
        {
            all.Add("HEAD");
        }

        return all;
    }

    // Without a pattern's parameter names, a parameter is bound from the route's values if they have it, and from the
    // query otherwise.
    private static RequestDelegateFactoryOptions Options(EndpointBuilder builder, IServiceProvider services) => new()
    {
        ServiceProvider = services,
        EndpointBuilder = builder,
        ThrowOnBadRequest = services.GetService<IOptions<RouteHandlerOptions>>()?.Value.ThrowOnBadRequest ?? false,
    };
}
