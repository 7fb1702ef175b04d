using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace EndpointSync.Worker.Dispatch;

/// <summary>
/// The one endpoint that represents all synced routes among the application's endpoints. It takes every path, after all
/// more precise endpoints and before the application's fallback. Route changes never change it, so the application's
/// matcher is built once.
/// </summary>
internal sealed class SyncedEndpointDataSource : EndpointDataSource
{
    /// <summary>
    /// After the application's endpoints, which have 0, and before its fallback, which has the greatest value.
    /// </summary>
    public const int Order = int.MaxValue - 1;

    private readonly RegistryWorker _worker;
    private readonly ConventionList _all;
    private readonly IReadOnlyDictionary<string, AppHandler> _handlers;
    private readonly AppHandler? _fallback;
    private readonly IServiceProvider _services;
    private readonly Lazy<IReadOnlyList<Endpoint>> _endpoints;

    public SyncedEndpointDataSource(
        RegistryWorker worker, ConventionList all, IReadOnlyDictionary<string, AppHandler> handlers,
        AppHandler? fallback, IServiceProvider services)
    {
        (_worker, _all, _handlers, _fallback, _services) = (worker, all, handlers, fallback, services);
        _endpoints = new Lazy<IReadOnlyList<Endpoint>>(() => Build(prefix: null, new ConventionList()));
    }

    public static RoutePattern CatchAll { get; } = RoutePatternFactory.Parse("{**path}");

    public override IReadOnlyList<Endpoint> Endpoints => _endpoints.Value;

    public override IReadOnlyList<Endpoint> GetGroupedEndpoints(RouteGroupContext context)
    {
        var group = new ConventionList();
        foreach (var convention in context.Conventions)
        {
            group.Add(convention);
        }

        foreach (var final in context.FinallyConventions)
        {
            group.Finally(final);
        }

        return Build(context.Prefix, group);
    }

    public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;

    private Endpoint[] Build(RoutePattern? prefix, ConventionList group)
    {
        var apps = new SyncedApps(
            _worker, _handlers.ToFrozenDictionary(
                handler => handler.Key, handler => Template(handler.Key, handler.Value, group), StringComparer.Ordinal),
            _fallback is null ? null : Template(app: null, _fallback, group));
        var routes = Placeholder(RoutePatternFactory.Combine(prefix, CatchAll), apps);
        // The application's matcher applies conventions for all apps, such as hosts, by itself.
        ConventionList.Begin([group, _all], routes);
        ConventionList.End([group, _all], routes);
        if (prefix is null && routes.Metadata.Count == 1)
        {
            return [routes.Build()];
        }

        // The worker's probe has no host, content or prefix values as real requests have, so it gets its own endpoint.
        var path = ProbePath.Below(prefix, _worker);
        var probe = Placeholder(RoutePatternFactory.Parse(path.Value), path);
        (probe.Order, probe.DisplayName) = (routes.Order, "EndpointSync probe");
        return [probe.Build(), routes.Build()];
    }

    private RouteEndpointBuilder Placeholder(RoutePattern pattern, object mark)
    {
        var builder = new RouteEndpointBuilder(NeverChosen, pattern, Order)
        {
            DisplayName = "EndpointSync",
            ApplicationServices = _services,
        };
        builder.Metadata.Add(mark);
        return builder;
    }

    private AppTemplate Template(string? app, AppHandler handler, ConventionList group) =>
        AppTemplate.Of(app, handler, [group, _all], _services);

    private static Task NeverChosen(HttpContext http) =>
        throw new InvalidOperationException("A synced route was selected without a match.");
}
