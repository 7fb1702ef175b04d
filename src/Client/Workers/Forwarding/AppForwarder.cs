using System.Net;
using EndpointSync.Client.Workers.Dispatch;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace EndpointSync.Client.Workers.Forwarding;

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
        if (HasDotSegment(http.Request))
        {
            await TypedResults.Problem(
                "The path has a dot segment, which the server behind this worker may resolve to another path.",
                statusCode: StatusCodes.Status400BadRequest)
                .ExecuteAsync(http);
            return;
        }

        // On failure the forwarder itself answers 502 or 504.
        await forwarder.SendAsync(
            http, destination, _http, ForwarderRequestConfig.Empty, SameTarget.Instance, http.RequestAborted);
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
