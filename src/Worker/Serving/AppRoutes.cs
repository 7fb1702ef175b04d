using System.Collections.Immutable;
using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Worker.Serving;

/// <summary>
/// The keys of the routes whose app has no handler here, by app. They are updated change by change, because a scan of
/// all routes would make each change cost as much as the registry.
/// </summary>
internal sealed class AppRoutes
{
    // The problem is part of every report, so it must not grow with the registry.
    private const int MostApps = 5;

    private readonly Func<string, bool> _handled;
    private readonly ImmutableSortedDictionary<string, ImmutableSortedSet<string>> _keys;

    private AppRoutes(Func<string, bool> handled, ImmutableSortedDictionary<string, ImmutableSortedSet<string>> keys) =>
        (_handled, _keys) = (handled, keys);

    /// <summary>The problem as text; null if every app has a handler.</summary>
    public string? Problem => _keys.IsEmpty
        ? null
        : string.Join("; ", _keys.Take(MostApps).Select(app =>
                $"no handler for app '{app.Key}' of route key '{app.Value[0]}', {Routes(app.Value.Count)}"))
            + (_keys.Count > MostApps ? $"; and for {_keys.Count - MostApps} more apps" : "");

    public static AppRoutes Of(RouteImage image, Func<string, bool> handled) =>
        new AppRoutes(handled, ImmutableSortedDictionary<string, ImmutableSortedSet<string>>
        .Empty.WithComparers(StringComparer.Ordinal)).With(image.Routes.Select(
            route => ((PublishedRoute?)null, (PublishedRoute?)route)));

    /// <param name="before">The image of these routes.</param>
    /// <param name="changes">The changes to the next image.</param>
    public AppRoutes Apply(RouteImage before, IEnumerable<PublishedChange> changes) =>
        With(changes.Select(change =>
            (before.Table.Find(change.Key) is { } entry ? RouteImage.RouteOf(entry) : null, change.Route)));

    private AppRoutes With(IEnumerable<(PublishedRoute? Old, PublishedRoute? New)> changes)
    {
        var keys = _keys;
        foreach (var (before, after) in changes)
        {
            keys = Without(keys, before);
            keys = after?.App is { } app && !_handled(app)
                ? keys.SetItem(app, (keys.GetValueOrDefault(app) ?? NoKeys).Add(after.Key))
                : keys;
        }

        return new AppRoutes(_handled, keys);
    }

    private static ImmutableSortedSet<string> NoKeys { get; } =
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    private static ImmutableSortedDictionary<string, ImmutableSortedSet<string>> Without(
        ImmutableSortedDictionary<string, ImmutableSortedSet<string>> keys, PublishedRoute? route)
    {
        if (route?.App is not { } app || !keys.TryGetValue(app, out var ofApp))
        {
            return keys;
        }

        ofApp = ofApp.Remove(route.Key);
        return ofApp.IsEmpty ? keys.Remove(app) : keys.SetItem(app, ofApp);
    }

    private static string Routes(int count) => count == 1 ? "1 route" : $"{count} routes";
}
