namespace EndpointSync.Silo.Access;

/// <summary>
/// Asks the tokens' issuer over https, or on a loopback address. It follows no redirection, and holds for each address
/// that the discovery document names.
/// </summary>
internal sealed class IssuerHandler() : DelegatingHandler(new SocketsHttpHandler
{
    AllowAutoRedirect = false,
    // A new connection looks up the name again.
    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
})
{
    public static bool IsSafe(Uri address) => address.Scheme == Uri.UriSchemeHttps
        || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.RequestUri is { } address && IsSafe(address)
            ? base.SendAsync(request, cancellationToken)
            : throw new HttpRequestException(
                $"{request.RequestUri} has no https: whoever changes its answers on the way can make tokens.");
}
