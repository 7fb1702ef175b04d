using System.Net;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace EndpointSync.Worker.Yarp;

/// <summary>Forwards requests to another server, over connections that all forwarded apps share.</summary>
internal sealed class AppForwarder(IHttpForwarder forwarder) : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    // A forwarder must not follow redirects, keep cookies or decompress bodies; these are left to the client.
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = ConnectTimeout,
    });

    public async Task SendAsync(HttpContext http, string destination)
    {
        if (!await ForwardingRules.AllowAsync(http))
        {
            return;
        }

        // On failure the forwarder itself answers 502 or 504.
        await forwarder.SendAsync(
            http, destination, _http, ForwarderRequestConfig.Empty, SameTarget.Instance, http.RequestAborted);
    }

    public void Dispose() => _http.Dispose();
}
