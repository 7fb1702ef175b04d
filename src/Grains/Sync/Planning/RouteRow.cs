using System.Globalization;

namespace EndpointSync.Grains.Sync.Planning;

/// <summary>A row of <c>endpoint_route</c>. Everything but the key is nullable there.</summary>
internal sealed record RouteRow(string Key, string? Route, string? Opts, string? Routing)
{
    private const string OwnPrefix = ExpectedRoute.KeyPrefix;

    /// <summary>
    /// The endpoint that the row belongs to, or null if it is another consumer's row, which is never touched.
    /// </summary>
    public int? EndpointId => EndpointIdOf(Key);

    /// <summary>
    /// The endpoint that a key names. The database's <c>endpoint_sync.endpoint_of</c> has the same rule.
    /// </summary>
    // The id between the prefix and the colon is spelled as Odoo prints it. So '07' or '+7' is no id, and the row is
    // not ours.
    public static int? EndpointIdOf(string key)
    {
        if (!key.StartsWith(OwnPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var end = key.IndexOf(':', OwnPrefix.Length);
        if (end <= OwnPrefix.Length || key[OwnPrefix.Length] == '0')
        {
            return null;
        }

        return int.TryParse(
            key.AsSpan(OwnPrefix.Length, end - OwnPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture,
            out var id)
            ? id
            : null;
    }
}
