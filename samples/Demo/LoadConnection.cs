using System.Net;
using System.Net.Sockets;

namespace EndpointSync.Demo;

/// <summary>
/// One kept-alive connection to a worker, with one request after the other, some hundred per second, until it is
/// stopped.
/// </summary>
internal sealed class LoadConnection : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(3);

    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http;
    private readonly Task _asking;
    private string[] _paths;
    private (long Target, TaskCompletionSource Reached) _milestone = (long.MaxValue, new());
    private long _newest;

    public LoadConnection(Uri worker, string path)
    {
        _paths = [path];
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 1, ConnectCallback = ConnectAsync };
        _http = new HttpClient(handler) { BaseAddress = worker };
        _asking = Task.Run(AskAsync);
    }

    /// <summary>How many requests were answered 200.</summary>
    public long Served { get; private set; }

    /// <summary>Every other answer, and every request without an answer.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>How many connections were opened; more than one if the worker closed one.</summary>
    public int Connections { get; private set; }

    /// <summary>Adds a path; requests then alternate among all paths.</summary>
    public void AlsoAsk(string path) => Volatile.Write(ref _paths, [.. _paths, path]);

    /// <summary>Completes after the given number of further requests.</summary>
    public Task AfterAsync(int requests)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (Failures)
        {
            _milestone = (Served + Failures.Count + requests, reached);
        }

        return reached.Task;
    }

    /// <summary>Waits for the current request and sends no other.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _asking;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task AskAsync()
    {
        using var pace = new PeriodicTimer(Pace);
        for (var turn = 0; !_stop.IsCancellationRequested; turn++)
        {
            await pace.WaitForNextTickAsync();
            var paths = Volatile.Read(ref _paths);
            var failure = await FailureOfAsync(paths[turn % paths.Length]);
            lock (Failures)
            {
                Count(failure);
            }
        }
    }

    private void Count(string? failure)
    {
        if (failure is null)
        {
            Served++;
        }
        else
        {
            Failures.Add(failure);
        }

        if (Served + Failures.Count >= _milestone.Target)
        {
            _milestone.Reached.TrySetResult();
        }
    }

    private async Task<string?> FailureOfAsync(string path)
    {
        try
        {
            var (status, version) = await WorkerApi.GetAsync(_http, path, CancellationToken.None);
            var before = _newest;
            _newest = version;
            return status != HttpStatusCode.OK ? $"{path} was answered {(int)status} by version {version}"
                : version < before ? $"{path} was answered by version {version} after version {before}"
                : null;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return $"{path} had no answer: {failure.Message}";
        }
    }

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Connections++;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
