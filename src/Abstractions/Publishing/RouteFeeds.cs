using System.Globalization;

namespace EndpointSync.Publishing;

/// <summary>What silos and workers agree on besides messages.</summary>
internal static class RouteFeeds
{
    /// <summary>
    /// How many keys the feed of one registry has. They mean nothing, but that each may lead through another gateway: Orleans leads all calls of one grain
    /// through one gateway as long as that is connected, and one that is frozen stays connected.
    /// </summary>
    public const int Doors = 16;

    private const char Separator = '/';

    /// <summary>
    /// How long a silo that has nothing new keeps a question at most. A worker notices a frozen silo a little later than that, and asks again as often.
    /// </summary>
    public static TimeSpan LongestHold { get; } = TimeSpan.FromSeconds(1.5);

    /// <summary>The key of a registry's feed, by the number of its door. The first door's is the name itself.</summary>
    public static string Key(string registry, int door) =>
        door == 0 ? registry : string.Create(CultureInfo.InvariantCulture, $"{registry}{Separator}{door}");

    /// <summary>The registry that a key leads to; no name of one has the separator in it.</summary>
    public static string RegistryOf(string key) => key.Split(Separator, 2)[0];
}
