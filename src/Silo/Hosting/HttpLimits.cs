using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EndpointSync.Silo.Hosting;

/// <summary>How large a request may be, and how slow its beginning.</summary>
internal static class HttpLimits
{
    // An endpoint with the longest description takes half of this, with every character escaped.
    private const int BodyBytes = 256 * 1024;

    // Credentials, tokens of large issuers included, and what proxies add.
    private const int HeaderBytes = 24 * 1024;

    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    public static void LimitRequests(this WebApplicationBuilder builder) =>
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = BodyBytes;
            options.Limits.MaxRequestHeadersTotalSize = HeaderBytes;
            options.Limits.RequestHeadersTimeout = HeadersTimeout;
        });
}
