using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace EndpointSync.Cli.Api;

/// <summary>A silo's HTTP API.</summary>
internal sealed class SiloApi(Uri server, string? key, X509Certificate2Collection? authorities) : IDisposable
{
    // A caller may wait for the running sync and the next one.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(90);

    private readonly HttpClient _http = new(Handler(server, authorities))
    {
        BaseAddress = new Uri(server.AbsoluteUri.TrimEnd('/') + '/'),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public Uri Server => server;

    /// <summary>The same credentials for another silo.</summary>
    public SiloApi At(Uri other) => new(other, key, authorities);

    /// <exception cref="UnreachableException">No server answers at the address in time.</exception>
    public async Task<ApiAnswer> SendAsync(ApiCall call, CancellationToken cancellationToken)
    {
        using var request = Request(call);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(AnswerTimeout);
        try
        {
            using var response = await _http.SendAsync(request, deadline.Token);
            return new ApiAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(deadline.Token));
        }
        catch (HttpRequestException refused)
        {
            throw new UnreachableException(
                $"No silo can be reached at {server.AbsoluteUri}: {ConnectionFailure.Text(refused)}", refused);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnreachableException(
                $"The silo at {server.AbsoluteUri} did not answer within {AnswerTimeout.TotalSeconds:0} seconds. "
                + "A retry is safe.",
                late);
        }
    }

    /// <summary>Asks for a stream, and returns as soon as the head of the answer is there.</summary>
    /// <param name="call">The request.</param>
    /// <param name="lastEventId">The id of the last event that was received; null for none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="HttpRequestException">No server answers at the address.</exception>
    public async Task<HttpResponseMessage> OpenAsync(
        ApiCall call, string? lastEventId, CancellationToken cancellationToken)
    {
        using var request = Request(call);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    // The proxy of the environment cannot reach this machine's own addresses.
    private static SocketsHttpHandler Handler(Uri server, X509Certificate2Collection? authorities)
    {
        var handler = new SocketsHttpHandler { UseProxy = !server.IsLoopback };
        if (authorities is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return handler;
    }

    private HttpRequestMessage Request(ApiCall call)
    {
        var request = new HttpRequestMessage(call.Operation.Method, new Uri(call.Path, UriKind.Relative));
        if (call.Body is { } body)
        {
            request.Content = new StringContent(
                JsonSerializer.Serialize(body, ApiJson.Default.GetTypeInfo(body.GetType())!), Encoding.UTF8,
                "application/json");
        }

        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        }

        if (call.IfMatch is { } tag)
        {
            request.Headers.TryAddWithoutValidation("If-Match", tag is "*" ? tag : $"\"{tag.Trim('"')}\"");
        }

        return request;
    }
}
