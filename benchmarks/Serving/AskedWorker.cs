using System.Net;
using System.Net.Sockets;

namespace EndpointSync.Bench.Serving;

/// <summary>One server, and the one connection to it.</summary>
internal sealed class AskedWorker : IDisposable
{
    private readonly HttpClient _http;
    private long _connections;
    private long _failed;

    public AskedWorker(Uri address) => _http = new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = ConnectAsync,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        UseProxy = false,
    })
    {
        BaseAddress = address,
    };

    public long Connections => Interlocked.Read(ref _connections);

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Counts a request as failed.</summary>
    public void Fail() => Interlocked.Increment(ref _failed);

    /// <returns>What the server answered; null if it did not. Anything but 200 and 404 counts as failed.</returns>
    public async Task<HttpStatusCode?> AskAsync(string path)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NotFound))
            {
                Fail();
            }

            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            Fail();
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _connections);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
