using EndpointSync.Publishing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>What all endpoints of one app share: the handler, compiled once, and the metadata that it and the conventions bring.</summary>
internal sealed class AppTemplate
{
    private const string Get = "GET";

    private readonly RequestDelegate _handler;
    private readonly IReadOnlyList<object> _metadata;

    private AppTemplate(RequestDelegate handler, IReadOnlyList<object> metadata) => (_handler, _metadata) = (handler, metadata);

    /// <summary>The template of an app without a handler, whose routes are refused.</summary>
    public static AppTemplate Refusing(string? app) => new(Refusals.NoHandler(app), []);

    /// <param name="app">The app; null for the fallback.</param>
    /// <param name="handler">The handler, with what was asked for it alone.</param>
    /// <param name="shared">The conventions that hold for all apps, those of the outermost group first.</param>
    /// <param name="services">The application's services.</param>
    /// <exception cref="InvalidOperationException">What was asked for the app alone would have no effect.</exception>
    public static AppTemplate Of(string? app, AppHandler handler, IReadOnlyList<ConventionList> shared, IServiceProvider services)
    {
        var method = handler.Handler.Method;
        var builder = new RouteEndpointBuilder(requestDelegate: null, SyncedEndpointDataSource.CatchAll, SyncedEndpointDataSource.Order) { ApplicationServices = services };
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

        // Filters come with conventions and wrap the handler, so it is compiled after those.
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

        // The rule is the pattern's text, as logs, traces and metrics show it; nothing is matched by it.
        return new RouteEndpoint(_handler, RoutePatternFactory.Pattern(rule, []), order: 0, new EndpointMetadataCollection(metadata), $"{rule} ({route.Key})");
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

    // Without the names of a pattern's parameters, a parameter is bound from the route's values where they have it and from the query otherwise.
    private static RequestDelegateFactoryOptions Options(EndpointBuilder builder, IServiceProvider services) => new()
    {
        ServiceProvider = services,
        EndpointBuilder = builder,
        ThrowOnBadRequest = services.GetService<IOptions<RouteHandlerOptions>>()?.Value.ThrowOnBadRequest ?? false,
    };
}
