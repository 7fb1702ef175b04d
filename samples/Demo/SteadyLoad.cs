namespace EndpointSync.Demo;

/// <summary>A constant load on all workers, over several connections each, while routes change.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private const int ConnectionsPerWorker = 3;

    private readonly List<LoadConnection> _connections;

    /// <param name="workers">The workers.</param>
    /// <param name="path">The path to request.</param>
    public SteadyLoad(IEnumerable<WorkerApi> workers, string path) =>
        _connections =
        [
            .. workers.SelectMany(worker =>
                Enumerable.Range(0, ConnectionsPerWorker).Select(_ => new LoadConnection(worker.Address, path))),
        ];

    /// <summary>How many requests were answered 200.</summary>
    public long Served => _connections.Sum(connection => connection.Served);

    /// <summary>All failures: other answers, missing answers, versions that went back, closed connections.</summary>
    public List<string> Failures =>
    [
        .. _connections.SelectMany(connection => connection.Failures),
        .. _connections
            .Where(connection => connection.Connections != 1)
            .Select(connection => $"a connection was opened {connection.Connections} times"),
    ];

    public int Connections => _connections.Count;

    public void AlsoAsk(string path) => _connections.ForEach(connection => connection.AlsoAsk(path));

    /// <summary>Completes when every connection has made the given number of further requests.</summary>
    public Task AfterAsync(int requests, CancellationToken cancellationToken) =>
        Task.WhenAll(_connections.Select(connection => connection.AfterAsync(requests))).WaitAsync(cancellationToken);

    public Task StopAsync() => Task.WhenAll(_connections.Select(connection => connection.StopAsync()));

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(_connections.Select(connection => connection.DisposeAsync().AsTask()));
}
