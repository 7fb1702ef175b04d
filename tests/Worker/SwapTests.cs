using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace EndpointSync.Tests.Worker;

public sealed class SwapTests
{
    private const int Clients = 8;
    private const int Versions = 100;

    [Fact]
    public async Task A_swap_never_disturbs_requests_under_way()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/stays")], apps => apps.Map("a", (HttpContext http) => http.Response.WriteAsync("a")));
        var connections = 0;
        using var http = new HttpClient(
            new SocketsHttpHandler { MaxConnectionsPerServer = Clients, ConnectCallback = CountAsync })
        {
            BaseAddress =
                worker.Http.BaseAddress
        };
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(_ => AskAsync(http, stop.Token)).ToList();

        for (var version = 2; version <= Versions; version++)
        {
            worker.Silo.Publish(version, Routes.Of(1, "a", "/stays"), Routes.Of(version, "a", $"/changes/{version}"));
            await worker.Silo.ServesAsync(version);
            using var answer = await http.GetAsync(new Uri($"/changes/{version}", UriKind.Relative));
            Assert.True(answer.IsSuccessStatusCode, $"version {version}: {answer.StatusCode}");
        }

        await stop.CancelAsync();
        Assert.True((await Task.WhenAll(clients).Within("the clients to end")).Sum() > 0);
        Assert.InRange(connections, 1, Clients);

        async ValueTask<Stream> CountAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref connections);
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }

    private static async Task<int> AskAsync(HttpClient http, CancellationToken stop)
    {
        var answered = 0;
        var version = 0L;
        while (!stop.IsCancellationRequested)
        {
            using var answer = await http.GetAsync(new Uri("/stays", UriKind.Relative), CancellationToken.None);
            Assert.True(answer.IsSuccessStatusCode, answer.StatusCode.ToString());
            var served = long.Parse(answer.Version()!, System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(served >= version, $"version {served} after {version}");
            (version, answered) = (served, answered + 1);
        }

        return answered;
    }
}
