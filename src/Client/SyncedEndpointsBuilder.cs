using EndpointSync.Client.Workers.Dispatch;
using EndpointSync.Client.Workers.Forwarding;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Client;

/// <summary>
/// Maps each app to the handler of its routes. Conventions on a returned builder apply to every route of that app, in
/// every version.
/// </summary>
public sealed class SyncedEndpointsBuilder
{
    private readonly Dictionary<string, AppHandler> _handlers = new(StringComparer.Ordinal);
    private readonly IServiceProvider _services;

    internal SyncedEndpointsBuilder(IServiceProvider services) => _services = services;

    internal IReadOnlyDictionary<string, AppHandler> Handlers => _handlers;

    internal AppHandler? Fallback { get; private set; }

    /// <summary>Maps the routes of an app to a handler.</summary>
    /// <param name="app">The app, as named by the declared endpoints.</param>
    /// <param name="handler">
    /// The handler; the values of the rule's variables are in the request's route values, as text.
    /// </param>
    /// <exception cref="ArgumentException">The app already has a handler, or the name is empty.</exception>
    public IEndpointConventionBuilder Map(string app, RequestDelegate handler) => Add(app, handler);

    /// <summary>
    /// Maps the routes of an app to a handler with parameters. They are bound as in a minimal API: a parameter with the
    /// name of a rule's variable gets the variable's value, and any other comes from the query.
    /// </summary>
    /// <param name="app">The app, as named by the declared endpoints.</param>
    /// <param name="handler">The handler.</param>
    /// <exception cref="ArgumentException">The app already has a handler, or the name is empty.</exception>
    public IEndpointConventionBuilder Map(string app, Delegate handler) => Add(app, handler);

    /// <summary>
    /// Maps the routes of an app to another server, with the same path. The request's target is forwarded as the client
    /// sent it. A target with a dot segment in its path, plain or encoded, is answered 400, because the other server
    /// may take it for a path of another route.
    /// </summary>
    /// <param name="app">The app, as named by the declared endpoints.</param>
    /// <param name="destination">
    /// The server's address, <c>http</c> or <c>https</c>; its path is put before the request's path.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The app already has a handler, the name is empty, or the address is invalid.
    /// </exception>
    public IEndpointConventionBuilder MapForwarder(string app, string destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (!Uri.TryCreate(destination, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("http" or "https") || uri.Query.Length + uri.Fragment.Length > 0)
        {
            throw new ArgumentException(
                $"'{destination}' is not the address of a server: write http://host:port, with a path at most.",
                nameof(destination));
        }

        var forwarding = _services.GetRequiredService<AppForwarder>();
        return Add(app, (RequestDelegate)(http => forwarding.SendAsync(http, destination)));
    }

    /// <summary>
    /// Maps all routes without a handler of their own: routes of other apps, and routes that do not belong to
    /// endpoints.
    /// </summary>
    /// <param name="handler">The handler, as for <see cref="Map(string, Delegate)"/>.</param>
    /// <exception cref="InvalidOperationException">There already is a fallback.</exception>
    public IEndpointConventionBuilder MapFallback(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Fallback = Fallback is null
            ? new AppHandler(handler, new ConventionList())
            : throw new InvalidOperationException(
                $"{nameof(MapFallback)} was called twice: "
                + "the routes without a handler of their own have one fallback.");
        return Fallback.Conventions;
    }

    /// <summary>Maps all routes without a handler of their own, as <see cref="MapFallback(Delegate)"/> does.</summary>
    /// <param name="handler">The handler.</param>
    /// <exception cref="InvalidOperationException">There already is a fallback.</exception>
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
