using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Serves whole tables page by page. A version stays available until no reader has asked for it for a while.
/// </summary>
internal sealed class ImagePages(TimeProvider clock)
{
    // About half a megabyte, so that no page blocks the connection that all other messages share.
    private const int PageSize = 2000;
    private const int PageWeight = 250_000;

    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<RouteVersion, Reading> _readings = [];

    /// <param name="newest">The image that is served now.</param>
    /// <param name="version">The version to read; 0 for the one that is served now.</param>
    /// <param name="offset">How many of its routes the reader already has.</param>
    /// <returns>Null if that version is no longer kept.</returns>
    public RoutePage? Page(RouteImage newest, RouteVersion version, int offset)
    {
        var reading = Find(newest, version == RouteVersion.None ? newest.Version : version);
        return reading is null
            ? null
            : new RoutePage(
                reading.Image.Version, reading.Image.Hash, reading.Routes.Length,
                [.. From(reading.Routes, offset)]);
    }

    // Always one route at least, however long it is.
    private static IEnumerable<PublishedRoute> From(PublishedRoute[] routes, int offset)
    {
        var weight = 0;
        for (var next = offset; next < routes.Length && next < offset + PageSize && weight < PageWeight; next++)
        {
            weight += routes[next].Weight;
            yield return routes[next];
        }
    }

    private Reading? Find(RouteImage newest, RouteVersion version)
    {
        lock (_lock)
        {
            var unused = _readings.Where(reading => clock.GetElapsedTime(reading.Value.LastUsed) > KeptFor).ToList();
            foreach (var (left, _) in unused)
            {
                _readings.Remove(left);
            }

            // A version number that was given out again names the current table. A reader of the other one finds a
            // wrong hash.
            if (version == newest.Version && _readings.GetValueOrDefault(version)?.Image.Hash != newest.Hash)
            {
                _readings.Remove(version);
            }

            if (!_readings.TryGetValue(version, out var reading) && version == newest.Version)
            {
                reading = _readings[version] = new Reading(newest, [.. newest.Routes]);
            }

            reading?.LastUsed = clock.GetTimestamp();
            return reading;
        }
    }

    private sealed record Reading(RouteImage Image, PublishedRoute[] Routes)
    {
        public long LastUsed { get; set; }
    }
}
