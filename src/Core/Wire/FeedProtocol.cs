using System.Globalization;

namespace EndpointSync.Wire;

/// <summary>What silos and workers agree on besides the messages.</summary>
internal static class FeedProtocol
{
    /// <summary>
    /// How many grain keys the feed of one registry has. The number in a key has no meaning; each key may lead through
    /// another gateway. Orleans sends all calls to one grain through one gateway while that gateway is connected, and a
    /// frozen gateway stays connected.
    /// </summary>
    public const int EntryCount = 16;

    private const char Separator = '/';

    /// <summary>
    /// The longest time that a silo with nothing new holds a long poll. A worker detects a frozen silo a little later
    /// than that, and an idle worker polls at this interval.
    /// </summary>
    public static TimeSpan LongPollTimeout { get; } = TimeSpan.FromSeconds(1.5);

    /// <summary>The feed of a registry, by the number of its gateway entry.</summary>
    /// <param name="grains">The cluster's grains.</param>
    /// <param name="registry">The registry's name.</param>
    /// <param name="entry">Any number; the next number may lead through another gateway.</param>
    public static IRouteFeedGrain Feed(IGrainFactory grains, string registry, int entry) =>
        grains.GetGrain<IRouteFeedGrain>(Key(registry, entry % EntryCount));

    /// <summary>The grain key of a registry's feed. The key of entry 0 is the registry's name.</summary>
    public static string Key(string registry, int entry) =>
        entry == 0 ? registry : string.Create(CultureInfo.InvariantCulture, $"{registry}{Separator}{entry}");

    /// <summary>The registry of a grain key. No registry name contains the separator.</summary>
    public static string RegistryOf(string key) => key.Split(Separator, 2)[0];
}
