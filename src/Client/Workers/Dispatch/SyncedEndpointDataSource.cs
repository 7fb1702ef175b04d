using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>
/// The one endpoint that stands for all synced routes among the application's own: it takes every path, after everything that is more precise and
/// before a fallback of the application. A change of the routes never changes it, so the application's matcher is built once.
/// </summary>
internal sealed class SyncedEndpointDataSource : EndpointDataSource
{
    /// <summary>After the application's endpoints, which have 0, and before its fallback, which has the greatest there is.</summary>
    public const int Order = int.MaxValue - 1;

    private readonly ConventionList _all;
    private readonly IReadOnlyDictionary<string, AppHandler> _handlers;
    private readonly AppHandler? _fallback;
    private readonly IServiceProvider _services;
    private readonly Lazy<IReadOnlyList<Endpoint>> _endpoints;

    public SyncedEndpointDataSource(
        ConventionList all, IReadOnlyDictionary<string, AppHandler> handlers, AppHandler? fallback, IServiceProvider services)
    {
        (_all, _handlers, _fallback, _services) = (all, handlers, fallback, services);
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
            _handlers.ToFrozenDictionary(handler => handler.Key, handler => Template(handler.Value, group), StringComparer.Ordinal),
            _fallback is null ? null : Template(_fallback, group));
        var builder = new RouteEndpointBuilder(NeverChosen, RoutePatternFactory.Combine(prefix, CatchAll), Order)
        {
            DisplayName = "EndpointSync",
            ApplicationServices = _services,
        };
        builder.Metadata.Add(apps);
        return [builder.Build()];
    }

    private AppTemplate Template(AppHandler handler, ConventionList group) =>
        AppTemplate.Of(handler.Handler, [group, _all, handler.Conventions], _services);

    private static Task NeverChosen(HttpContext http) =>
        throw new InvalidOperationException("A synced route was chosen without having been matched.");
}
