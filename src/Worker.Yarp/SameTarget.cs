using EndpointSync.Worker.Dispatch;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace EndpointSync.Worker.Yarp;

/// <summary>
/// Forwards a request with the target that it was matched by, so that the other server sees the path of the matched
/// route. It adds the request's origin in the forwarded headers and drops the client's own.
/// </summary>
internal sealed class SameTarget : HttpTransformer
{
    public static SameTarget Instance { get; } = new();

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix,
        CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var request = httpContext.Request;
        RemoveForwarded(proxyRequest);
        Add(proxyRequest, "X-Forwarded-For", httpContext.Connection.RemoteIpAddress?.ToString());
        Add(proxyRequest, "X-Forwarded-Proto", request.Scheme);
        Add(proxyRequest, "X-Forwarded-Host", request.Host.Value);
        Add(proxyRequest, "X-Forwarded-Prefix", request.PathBase.Value);

        // Left unchanged: .NET would resolve and re-encode parts of it.
        var target = $"{destinationPrefix.TrimEnd('/')}{Path(request)}{request.QueryString.Value}";
        proxyRequest.RequestUri = new Uri(
            target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    // A rewritten path is encoded again, so that the other server decodes it to the matched path.
    private static string Path(HttpRequest request)
    {
        if (RequestTarget.TryGetRaw(request, out var raw))
        {
            return raw.IsEmpty ? "/" : raw.ToString();
        }

        var matched = RequestTarget.Decode(request, new char[RequestTarget.MostCharacters(request)]).ToString();
        return matched.Length == 0 ? "/" : string.Join('/', matched.Split('/').Select(Uri.EscapeDataString));
    }

    // Removes all of them, including those that are not set again: the other server would trust a client's port or
    // Forwarded header as this server's. WSGI makes one variable of X-Forwarded-For and X_Forwarded_For.
    private static void RemoveForwarded(HttpRequestMessage request)
    {
        foreach (var header in request.Headers.NonValidated.Select(header => header.Key).ToList())
        {
            var name = header.Replace('_', '-');
            if (name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.Remove(header);
            }
        }
    }

    private static void Add(HttpRequestMessage request, string header, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }
    }
}
