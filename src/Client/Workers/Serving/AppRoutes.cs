using System.Collections.Immutable;
using EndpointSync.Publishing;

namespace EndpointSync.Client.Workers.Serving;

/// <summary>
/// The keys of the routes whose app nobody here handles, by app. Kept up change by change, because a look at every route would make a change cost
/// what the registry costs.
/// </summary>
internal sealed class AppRoutes
{
    // The problem goes with every report, so it must not grow with the registry.
    private const int MostApps = 5;

    private readonly Func<string, bool> _handled;
    private readonly ImmutableSortedDictionary<string, ImmutableSortedSet<string>> _keys;

    private AppRoutes(Func<string, bool> handled, ImmutableSortedDictionary<string, ImmutableSortedSet<string>> keys) => (_handled, _keys) = (handled, keys);

    /// <summary>The problem in words; null if every app is handled.</summary>
    public string? Problem => _keys.IsEmpty
        ? null
        : string.Join("; ", _keys.Take(MostApps).Select(app => $"no handler for app '{app.Key}' of route key '{app.Value[0]}', {Routes(app.Value.Count)}"))
            + (_keys.Count > MostApps ? $"; and for {_keys.Count - MostApps} more apps" : "");

    public static AppRoutes Of(RouteImage image, Func<string, bool> handled) => new AppRoutes(handled, ImmutableSortedDictionary<string, ImmutableSortedSet<string>>
        .Empty.WithComparers(StringComparer.Ordinal)).With(image.Routes.Select(route => ((PublishedRoute?)null, (PublishedRoute?)route)));

    /// <param name="before">The image that this is of.</param>
    /// <param name="changes">What leads to the next.</param>
    public AppRoutes Apply(RouteImage before, IEnumerable<PublishedChange> changes) =>
        With(changes.Select(change => (before.Table.Find(change.Key) is { } entry ? RouteImage.RouteOf(entry) : null, change.Route)));

    private AppRoutes With(IEnumerable<(PublishedRoute? Gone, PublishedRoute? Come)> changes)
    {
        var keys = _keys;
        foreach (var (gone, come) in changes)
        {
            keys = Without(keys, gone);
            keys = come?.App is { } app && !_handled(app) ? keys.SetItem(app, (keys.GetValueOrDefault(app) ?? NoKeys).Add(come.Key)) : keys;
        }

        return new AppRoutes(_handled, keys);
    }

    private static ImmutableSortedSet<string> NoKeys { get; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    private static ImmutableSortedDictionary<string, ImmutableSortedSet<string>> Without(
        ImmutableSortedDictionary<string, ImmutableSortedSet<string>> keys, PublishedRoute? gone)
    {
        if (gone?.App is not { } app || !keys.TryGetValue(app, out var ofApp))
        {
            return keys;
        }

        ofApp = ofApp.Remove(gone.Key);
        return ofApp.IsEmpty ? keys.Remove(app) : keys.SetItem(app, ofApp);
    }

    private static string Routes(int count) => count == 1 ? "1 route" : $"{count} routes";
}
