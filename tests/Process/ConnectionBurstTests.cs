using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process;

/// <summary>All workers of a silo that dies come to another one at once, which may be busy at that moment.</summary>
public sealed class ConnectionBurstTests
{
    private const int Workers = 2_000;
    private const string SystemLimit = "/proc/sys/net/core/somaxconn";

    [Fact]
    public async Task A_silo_that_is_busy_keeps_the_connections_of_thousands_that_come_at_once()
    {
        Assert.SkipUnless(
            File.Exists(SystemLimit)
                && int.Parse(File.ReadAllText(SystemLimit), CultureInfo.InvariantCulture) > Workers,
            "This system lets fewer connections wait.");
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await SiloProcess.StartAsync(
            Fleet.Options(database), TestContext.Current.CancellationToken);
        var sockets = Enumerable.Range(0, Workers)
            .Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToList();

        silo.Suspend();
        await Task.WhenAll(sockets.Select(
            socket => socket.ConnectAsync(IPAddress.Loopback, silo.Address.Port)))
            .Within("all connections to be taken although the silo accepts none");
        silo.Resume();

        await Task.WhenAll(sockets.Select(AnswersAsync)).Within("an answer on each");
        sockets.ForEach(socket => socket.Dispose());
    }

    private static async Task AnswersAsync(Socket socket)
    {
        await socket.SendAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        var buffer = new byte["HTTP/1.1 200".Length];
        Assert.Equal(buffer.Length, await socket.ReceiveAsync(buffer));
        Assert.Equal("HTTP/1.1 200"u8.ToArray(), buffer);
    }
}
