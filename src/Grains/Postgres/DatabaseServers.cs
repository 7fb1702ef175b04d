using System.Net;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>Where the servers of a connection string are, and whether the way there is protected.</summary>
internal static class DatabaseServers
{
    /// <summary>The servers; of one that is reached by a Unix socket, the machine itself.</summary>
    public static IEnumerable<DnsEndPoint> Of(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return Hosts.Each(settings).Select(host => IsSocket(host) ? new DnsEndPoint("127.0.0.1", 0) : Parse(host));
    }

    /// <summary>
    /// The servers to which the connection goes over a network, without a check that they are the right ones. Only
    /// <c>VerifyFull</c> checks the name; without it anybody on the way can answer for the server.
    /// </summary>
    public static IReadOnlyList<string> Unverified(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString).SslMode == SslMode.VerifyFull
            ? []
            :
            [
                .. Of(connectionString)
                    .Where(server => !IsHere(server.Host))
                    .Select(server => $"{server.Host}:{server.Port}"),
            ];

    private static bool IsSocket(string host) =>
        host.StartsWith('/') || host.StartsWith('@') || (host.Length > 2 && host[1] == ':' && host[2] == '\\');

    private static bool IsHere(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static DnsEndPoint Parse(string host)
    {
        var colon = host.LastIndexOf(':');
        return new DnsEndPoint(
            host[..colon].Trim('[', ']'),
            int.Parse(host.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture));
    }
}
