using EndpointSync.Publishing;

namespace EndpointSync.Grains.Publishing;

/// <summary>Hands out whole tables page by page. A version that is being read is kept until nobody has asked for it for a while.</summary>
internal sealed class ImagePages(TimeProvider clock)
{
    // About half a megabyte, so that no page holds up the connection that everything else goes over.
    private const int PageSize = 2000;

    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<RouteVersion, Reading> _readings = [];

    /// <param name="newest">What is served now.</param>
    /// <param name="version">The version that is read; 0 for what is served now.</param>
    /// <param name="offset">How many of its routes the reader has.</param>
    /// <returns>Null if that version is not kept any more.</returns>
    public RoutePage? Page(RouteImage newest, RouteVersion version, int offset)
    {
        var reading = Find(newest, version == RouteVersion.None ? newest.Version : version);
        return reading is null
            ? null
            : new RoutePage(reading.Image.Version, reading.Image.Hash, reading.Routes.Length, [.. reading.Routes.Skip(offset).Take(PageSize)]);
    }

    private Reading? Find(RouteImage newest, RouteVersion version)
    {
        lock (_lock)
        {
            foreach (var (left, _) in _readings.Where(reading => clock.GetElapsedTime(reading.Value.LastUsed) > KeptFor).ToList())
            {
                _readings.Remove(left);
            }

            // A number that was given out again names the table that has it now; who has read half of the other one finds that its hash is wrong.
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
