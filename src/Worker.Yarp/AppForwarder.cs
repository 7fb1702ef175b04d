using System.Net;
using EndpointSync.Worker.Dispatch;
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
        if (ReasonAgainst(http.Request) is { } reason)
        {
            await TypedResults.Problem(reason, statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(http);
            return;
        }

        // On failure the forwarder itself answers 502 or 504.
        await forwarder.SendAsync(
            http, destination, _http, ForwarderRequestConfig.Empty, SameTarget.Instance, http.RequestAborted);
    }

    public void Dispose() => _http.Dispose();

    private static string? ReasonAgainst(HttpRequest request)
    {
        if (HasUnsafeCharacter(request))
        {
            return "The target has a space, a control character or a character beyond ASCII. Encode it.";
        }

        return HasDotSegment(request)
            ? "The path has a dot segment, which the server behind this worker may resolve to another path."
            : null;
    }

    // It would become part of the request line for the other server, which may end the line or the target there.
    private static bool HasUnsafeCharacter(HttpRequest request) =>
        RequestTarget.Raw(request).ContainsAnyExceptInRange('!', '~');

    // Some servers cut off path parameters before they resolve dot segments: ";x" after the segment.
    private static bool HasDotSegment(HttpRequest request)
    {
        var path = RequestTarget.Decode(request, new char[RequestTarget.MostCharacters(request)]);
        foreach (var segment in path.SplitAny('/', '\\'))
        {
            var text = path[segment];
            var parameters = text.IndexOf(';');
            if ((parameters < 0 ? text : text[..parameters]) is "." or "..")
            {
                return true;
            }
        }

        return false;
    }
}
