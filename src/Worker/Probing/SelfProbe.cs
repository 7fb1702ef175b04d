using System.Net;
using EndpointSync.Worker.Dispatch;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace EndpointSync.Worker.Probing;

/// <summary>
/// Confirms that a version is served, with a request over the network to the server's own first address. For a server
/// without such an address, such as a test server or one with only a Unix socket, the current table counts as served.
/// </summary>
internal sealed class SelfProbe(
    RegistryWorker worker, EndpointDataSource endpoints, IEnumerable<IServer> servers,
    IOptions<HostFilteringOptions> hosts)
    : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    // The probe calls its own process, so a certificate proves nothing, and there is no proxy between.
#pragma warning disable CA5359
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
    });
#pragma warning restore CA5359

    /// <summary>Returns null if the version is served, and otherwise the reason.</summary>
    public async Task<string?> FindProblemAsync(RouteVersion version, CancellationToken cancellationToken)
    {
        var addresses = servers.LastOrDefault()?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (ProbeAddress.Of(addresses, ProbePath.Of(endpoints, worker)) is not { } address)
        {
            var current = worker.Current.Routes?.Version;
            return current == version ? null : $"the current version is {current}";
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        try
        {
            return await AskAsync(address, version, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"the probe of {address} was not answered within {Timeout}";
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
        var served = response.Headers.TryGetValues(SyncedHeaders.Version, out var values)
            ? string.Join(",", values)
            : null;
        return response.StatusCode == HttpStatusCode.NoContent && served == version.ToString()
            ? null
            : $"the probe of {address} was answered {(int)response.StatusCode} "
                + (served is null ? "without a version" : $"by version {served}");
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(address, HttpVersion.Version11, cancellationToken);
        }
        catch (HttpRequestException)
        {
            // A server may accept only HTTP/2.
            return await SendAsync(address, HttpVersion.Version20, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        Uri address, Version protocol, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address)
        {
            Version = protocol,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Add(ProbeSecret.Header, worker.Secret.Value);
        // If host filtering is on, the address is probably not an allowed host.
        request.Headers.Host = hosts.Value.AllowedHosts.Any(host => host is "*" or "[::]" or "0.0.0.0")
            ? null
            : hosts.Value.AllowedHosts.FirstOrDefault()?.Replace("*.", "probe.", StringComparison.Ordinal);
        return await _http.SendAsync(request, cancellationToken);
    }
}
