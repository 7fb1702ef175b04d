using System.Net;
using EndpointSync.Client.Workers.Dispatch;
using EndpointSync.Client.Workers.Serving;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace EndpointSync.Client.Workers.Probing;

/// <summary>
/// Finds out whether a version is really served: by a request over the network to the server's own first address. A server without such an
/// address (a test server, one that listens at a unix socket only) is believed what its table is.
/// </summary>
internal sealed class SelfProbe(
    CurrentRoutes current, ProbeSecret secret, EndpointDataSource endpoints, IEnumerable<IServer> servers, IOptions<HostFilteringOptions> hosts) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // It asks its own process, so no certificate can tell it anything; and no proxy stands between.
#pragma warning disable CA5359
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
    });
#pragma warning restore CA5359

    /// <summary>Null if the version is served, or else why it is not.</summary>
    public async Task<string?> FindProblemAsync(RouteVersion version, CancellationToken cancellationToken)
    {
        var addresses = servers.LastOrDefault()?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (ProbeAddress.Of(addresses, ProbePath.Of(endpoints)) is not { } address)
        {
            return current.Routes?.Version == version ? null : $"version {current.Routes?.Version} is in place";
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await AskAsync(address, version, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"the probe of {address} was not answered within {Patience}";
        }
        catch (HttpRequestException failure)
        {
            return $"the probe of {address} failed: {failure.Message}";
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<string?> AskAsync(Uri address, RouteVersion version, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(address, cancellationToken);
        var served = response.Headers.TryGetValues(SyncedHeaders.Version, out var values) ? string.Join(",", values) : null;
        return response.StatusCode == HttpStatusCode.NoContent && served == version.ToString()
            ? null
            : $"the probe of {address} was answered {(int)response.StatusCode} {(served is null ? "without a version" : $"by version {served}")}";
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(address, HttpVersion.Version11, cancellationToken);
        }
        catch (HttpRequestException)
        {
            // A server may speak nothing but HTTP/2.
            return await SendAsync(address, HttpVersion.Version20, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, Version protocol, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Version = protocol, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add(ProbeSecret.Header, secret.Value);
        // Where only some hosts are answered, the address is hardly one of them.
        request.Headers.Host = hosts.Value.AllowedHosts.Any(host => host is "*" or "[::]" or "0.0.0.0")
            ? null
            : hosts.Value.AllowedHosts.FirstOrDefault()?.Replace("*.", "probe.", StringComparison.Ordinal);
        return await _http.SendAsync(request, cancellationToken);
    }
}
