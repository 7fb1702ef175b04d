using System.Net;
using EndpointSync.Client.Workers.Dispatch;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace EndpointSync.Client.Workers.Forwarding;

/// <summary>Sends requests on to another server, over connections that all forwarded apps share.</summary>
internal sealed class AppForwarder(IHttpForwarder forwarder) : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    // What a client must not do for its user, a forwarder must not do at all: follow redirects, keep cookies, unpack bodies.
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
        if (HasDotSegment(http.Request))
        {
            await TypedResults.Problem(
                "The path has a dot segment, and the server that the request would go to may take it for another path.", statusCode: StatusCodes.Status400BadRequest)
                .ExecuteAsync(http);
            return;
        }

        // A failure is answered 502 or 504 by the forwarder itself.
        await forwarder.SendAsync(http, destination, _http, ForwarderRequestConfig.Empty, SameTarget.Instance, http.RequestAborted);
    }

    public void Dispose() => _http.Dispose();

    private static bool HasDotSegment(HttpRequest request)
    {
        var path = RequestTarget.Decode(request, new char[RequestTarget.MostCharacters(request)]);
        foreach (var segment in path.SplitAny('/', '\\'))
        {
            if (path[segment] is "." or "..")
            {
                return true;
            }
        }

        return false;
    }
}
