using EndpointSync.Client.Workers.Dispatch;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace EndpointSync.Client.Workers.Forwarding;

/// <summary>
/// Sends a request on with the target that it was matched by, so that the other server sees the path that the route was found for, and with where
/// it comes from. What the client itself says about that is not passed on.
/// </summary>
internal sealed class SameTarget : HttpTransformer
{
    public static SameTarget Instance { get; } = new();

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var request = httpContext.Request;
        Set(proxyRequest, "X-Forwarded-For", httpContext.Connection.RemoteIpAddress?.ToString());
        Set(proxyRequest, "X-Forwarded-Proto", request.Scheme);
        Set(proxyRequest, "X-Forwarded-Host", request.Host.Value);
        Set(proxyRequest, "X-Forwarded-Prefix", request.PathBase.Value);
        if (RequestTarget.TryGetRaw(request, out var raw))
        {
            // Left as it is: .NET would resolve and re-encode parts of it.
            var target = $"{destinationPrefix.TrimEnd('/')}{raw}{request.QueryString}";
            proxyRequest.RequestUri = new Uri(target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        }
    }

    private static void Set(HttpRequestMessage request, string header, string? value)
    {
        request.Headers.Remove(header);
        if (!string.IsNullOrEmpty(value))
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }
    }
}
