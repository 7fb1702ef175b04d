using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EndpointSync.Tests.Torture.Faults;

/// <summary>
/// Passes TCP connections on to a port of this machine, and can cut them, hold their bytes back in both directions or
/// one, or delay them. Bytes that were held back arrive when the link is healed, as after a network's outage.
/// </summary>
internal sealed class Link : IAsyncDisposable
{
    private readonly int _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<TcpClient, TcpClient> _connections = new();
    private readonly Task _accepting;
    private volatile LinkState _state = new(IsCut: false, HoldsAsked: false, HoldsAnswered: false, TimeSpan.Zero);

    public Link(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    /// <summary>Closes every connection, and refuses new ones.</summary>
    public void Cut()
    {
        Enter(_state with { IsCut = true });
        foreach (var (client, server) in _connections)
        {
            client.Dispose();
            server.Dispose();
        }
    }

    /// <summary>Keeps every byte back, or only those of the answers.</summary>
    public void Hold(bool answersOnly) => Enter(_state with { HoldsAsked = !answersOnly, HoldsAnswered = true });

    /// <summary>Lets every piece of data wait, in both directions.</summary>
    public void Delay(TimeSpan delay) => Enter(_state with { Delay = delay });

    public void Heal() => Enter(new LinkState(false, false, false, TimeSpan.Zero));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Cut();
        Heal();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private void Enter(LinkState next)
    {
        var before = _state;
        _state = next with { Over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };
        before.Over.TrySetResult();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = ConnectAsync(client);
        }
    }

    private async Task ConnectAsync(TcpClient client)
    {
        var server = new TcpClient();
        try
        {
            if (!_state.IsCut)
            {
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                _connections[client] = server;
                await Task.WhenAny(
                    PassAsync(client, server, isAnswer: false), PassAsync(server, client, isAnswer: true));
            }
        }
        catch (Exception refused) when (refused is SocketException or OperationCanceledException)
        {
            // The client sees a connection that ends, as from a server that is away.
        }
        finally
        {
            _connections.TryRemove(client, out _);
            client.Dispose();
            server.Dispose();
        }
    }

    private async Task PassAsync(TcpClient from, TcpClient to, bool isAnswer)
    {
        var buffer = new byte[16384];
        try
        {
            var count = await from.GetStream().ReadAsync(buffer);
            while (count > 0)
            {
                await PassageAsync(isAnswer);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
                count = await from.GetStream().ReadAsync(buffer);
            }
        }
        catch (Exception ended) when (
            ended is IOException or ObjectDisposedException or SocketException or InvalidOperationException)
        {
            // Either side has closed, or the link was cut.
        }
    }

    private async Task PassageAsync(bool isAnswer)
    {
        if (_state.Delay > TimeSpan.Zero)
        {
            await Task.Delay(_state.Delay);
        }

        var state = _state;
        while (isAnswer ? state.HoldsAnswered : state.HoldsAsked)
        {
            await state.Over.Task;
            state = _state;
        }
    }

    private sealed record LinkState(bool IsCut, bool HoldsAsked, bool HoldsAnswered, TimeSpan Delay)
    {
        /// <summary>Completes when another state takes its place.</summary>
        public TaskCompletionSource Over { get; init; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
