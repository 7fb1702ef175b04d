using EndpointSync.Client.Workers.Dispatch;
using EndpointSync.Client.Workers.Forwarding;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Client;

/// <summary>Says what answers the routes of each app. What is asked of a returned builder holds for every route of that app, in every version.</summary>
public sealed class SyncedEndpointsBuilder
{
    private readonly Dictionary<string, AppHandler> _handlers = new(StringComparer.Ordinal);
    private readonly IServiceProvider _services;

    internal SyncedEndpointsBuilder(IServiceProvider services) => _services = services;

    internal IReadOnlyDictionary<string, AppHandler> Handlers => _handlers;

    internal AppHandler? Fallback { get; private set; }

    /// <summary>A handler answers the routes of an app.</summary>
    /// <param name="app">The app, as the endpoints that are declared say it.</param>
    /// <param name="handler">The handler; the values of the rule's variables are in the request's route values, as text.</param>
    /// <exception cref="ArgumentException">The app has a handler already, or no name.</exception>
    public IEndpointConventionBuilder Map(string app, RequestDelegate handler) => Add(app, handler);

    /// <summary>
    /// A handler with parameters answers the routes of an app. They are bound as those of a minimal API: one that a rule has a variable for by name
    /// gets its value, one that none has is looked for in the query.
    /// </summary>
    /// <param name="app">The app, as the endpoints that are declared say it.</param>
    /// <param name="handler">The handler.</param>
    /// <exception cref="ArgumentException">The app has a handler already, or no name.</exception>
    public IEndpointConventionBuilder Map(string app, Delegate handler) => Add(app, handler);

    /// <summary>
    /// Another server answers the routes of an app, with the same path. The request's target goes there as the client sent it; one that has a dot
    /// segment in its path, plain or encoded, is answered 400, because the other server may take it for a path of another route.
    /// </summary>
    /// <param name="app">The app, as the endpoints that are declared say it.</param>
    /// <param name="destination">The server's address, <c>http</c> or <c>https</c>; a path in it goes before the request's.</param>
    /// <exception cref="ArgumentException">The app has a handler already, or no name; or the address is none.</exception>
    public IEndpointConventionBuilder MapForwarder(string app, string destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (!Uri.TryCreate(destination, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Query.Length + uri.Fragment.Length > 0)
        {
            throw new ArgumentException($"'{destination}' is no address of a server: write http://host:port, with a path at most.", nameof(destination));
        }

        var forwarding = _services.GetRequiredService<AppForwarder>();
        return Add(app, (RequestDelegate)(http => forwarding.SendAsync(http, destination)));
    }

    /// <summary>A handler answers all routes that have none of their own: those of other apps, and those of other consumers than endpoints.</summary>
    /// <param name="handler">The handler, as for <see cref="Map(string, Delegate)"/>.</param>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public IEndpointConventionBuilder MapFallback(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Fallback = Fallback is null
            ? new AppHandler(handler, new ConventionList())
            : throw new InvalidOperationException($"{nameof(MapFallback)} was called twice: the routes without a handler of their own have one fallback.");
        return Fallback.Conventions;
    }

    /// <summary>A handler answers all routes that have none of their own, as <see cref="MapFallback(Delegate)"/> says.</summary>
    /// <param name="handler">The handler.</param>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public IEndpointConventionBuilder MapFallback(RequestDelegate handler) => MapFallback((Delegate)handler);

    private ConventionList Add(string app, Delegate handler)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(app);
        ArgumentNullException.ThrowIfNull(handler);
        var added = new AppHandler(handler, new ConventionList());
        return _handlers.TryAdd(app, added)
            ? added.Conventions
            : throw new ArgumentException($"App '{app}' has a handler already; an app has one.", nameof(app));
    }
}
