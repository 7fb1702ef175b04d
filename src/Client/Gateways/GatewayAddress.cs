using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EndpointSync.Client.Gateways;

/// <summary>A gateway as the settings name it: <c>host:port</c>.</summary>
/// <param name="Host">An IP address or a name.</param>
/// <param name="Port">The gateway port.</param>
internal sealed record GatewayAddress(string Host, int Port)
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out GatewayAddress? address)
    {
        address = null;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (colon < 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > IPEndPoint.MaxPort)
        {
            return false;
        }

        var host = text![..colon];
        // An IPv6 address needs brackets, so that its end and the port cannot be confused.
        var isAddress = IPAddress.TryParse(host, out var ip) && ip.AddressFamily == (host.StartsWith('[')
            ? AddressFamily.InterNetworkV6
            : AddressFamily.InterNetwork);
        if (!isAddress && Uri.CheckHostName(host) != UriHostNameType.Dns)
        {
            return false;
        }

        address = new GatewayAddress(host, port);
        return true;
    }

    /// <summary>
    /// All addresses of the name, as those of a headless service are one for each silo; IPv4 ones if there are any,
    /// because those are what silos most likely listen on.
    /// </summary>
    /// <exception cref="SocketException">The name cannot be resolved.</exception>
    public async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(Host, out var ip)
            ? [ip]
            : await Dns.GetHostAddressesAsync(Host, cancellationToken);
        var preferred = addresses.Any(address => address.AddressFamily == AddressFamily.InterNetwork)
            ? AddressFamily.InterNetwork
            : AddressFamily.InterNetworkV6;
        return
        [
            .. addresses.Where(address => address.AddressFamily == preferred)
                .Select(address => new IPEndPoint(address, Port)),
        ];
    }

    public override string ToString() => $"{Host}:{Port}";
}
