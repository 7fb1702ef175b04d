using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace EndpointSync.Silo.Hosting;

/// <summary>How large a request may be, how slow its beginning, and how many connections may come at once.</summary>
internal static class HttpLimits
{
    // An endpoint with the longest description takes half of this, with every character escaped.
    private const int BodyBytes = 256 * 1024;

    // Credentials, tokens of large issuers included, and what proxies add.
    private const int HeaderBytes = 24 * 1024;

    // All workers of a silo that dies come to the others at once. Of connections beyond this, Linux drops packets, and
    // such a worker waits for seconds. Linux itself allows net.core.somaxconn, 4096 by default.
    private const int WaitingConnections = 8_192;

    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    public static void LimitRequests(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = BodyBytes;
            options.Limits.MaxRequestHeadersTotalSize = HeaderBytes;
            options.Limits.RequestHeadersTimeout = HeadersTimeout;
        });
        builder.Services.Configure<SocketTransportOptions>(options => options.Backlog = WaitingConnections);
    }
}
