using System.Globalization;
using System.Net;

namespace EndpointSync.Worker.Probing;

/// <summary>
/// Chooses the address for the worker's request to itself from the addresses that its server listens on.
/// </summary>
internal static class ProbeAddress
{
    /// <summary>
    /// The address of the probe, plain HTTP if there is one; null if no address is reachable over TCP.
    /// </summary>
    /// <param name="addresses">The addresses that the server listens on.</param>
    /// <param name="path">The path of the probe, without a leading slash.</param>
    public static Uri? Of(IEnumerable<string> addresses, string path) => addresses
        .Select(address => Parse(address, path))
        .OfType<Uri>()
        .OrderBy(address => address.Scheme == Uri.UriSchemeHttp ? 0 : 1)
        .FirstOrDefault();

    private static Uri? Parse(string address, string path)
    {
        var schemeEnd = address.IndexOf("://", StringComparison.Ordinal);
        var host = schemeEnd < 0 ? "" : address[(schemeEnd + 3)..].TrimEnd('/');
        if (host.Length == 0
            || host.StartsWith("unix:", StringComparison.OrdinalIgnoreCase)
            || host.StartsWith("pipe:", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        // A server that listens on every address reports a host that cannot be connected to.
        host = host.StartsWith('*') || host.StartsWith('+') ? "127.0.0.1" + host[1..] : host;
        return Uri.TryCreate($"{address[..schemeEnd]}://{host}/{path}", UriKind.Absolute, out var uri)
            ? Reachable(uri)
            : null;
    }

    private static Uri Reachable(Uri uri) => IPAddress.TryParse(uri.Host, out var ip) switch
    {
        true when ip.Equals(IPAddress.Any) => new UriBuilder(uri) { Host = IPAddress.Loopback.ToString() }.Uri,
        true when ip.Equals(IPAddress.IPv6Any) => new UriBuilder(uri)
        {
            Host = string.Create(CultureInfo.InvariantCulture, $"[{IPAddress.IPv6Loopback}]"),
        }.Uri,
        _ => uri,
    };
}
