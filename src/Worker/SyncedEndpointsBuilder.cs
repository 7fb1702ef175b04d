using EndpointSync.Worker.Dispatch;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EndpointSync.Worker;

/// <summary>
/// Maps each app to the handler of its routes. Conventions on a returned builder apply to every route of that app, in
/// every version.
/// </summary>
public sealed class SyncedEndpointsBuilder
{
    private readonly Dictionary<string, AppHandler> _handlers = new(StringComparer.Ordinal);

    internal SyncedEndpointsBuilder(IServiceProvider services) => Services = services;

    /// <summary>The application's services, for extensions.</summary>
    public IServiceProvider Services { get; }

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
