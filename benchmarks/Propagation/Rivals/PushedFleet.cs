using EndpointSync.Bench.Serving;

namespace EndpointSync.Bench.Propagation.Rivals;

/// <summary>Servers that know nothing of one another: the writer of a route pushes it to all of them at once.</summary>
internal abstract class PushedFleet(
    IReadOnlyList<RivalProcess> processes, IReadOnlyList<Uri> workers, TimeSpan warmUpTime) : IRoutedFleet
{
    protected static readonly IReadOnlyDictionary<string, string> NoEnvironment = new Dictionary<string, string>();

    private int _count;

    public IReadOnlyList<Uri> Workers { get; } = workers;

    public TimeSpan WarmUpTime { get; } = warmUpTime;

    public async Task DeclareAsync(int size)
    {
        await Task.WhenAll(Enumerable.Range(0, Workers.Count).Select(worker => ReplaceAsync(worker, size)));
        _count = size;
    }

    public async Task<string> AddAsync()
    {
        _count++;
        await Task.WhenAll(Enumerable.Range(0, Workers.Count).Select(worker => AddAsync(worker, _count)));
        return DeclaredEndpoints.PathOf(_count);
    }

    public virtual async ValueTask DisposeAsync() =>
        await Task.WhenAll(processes.Select(process => process.DisposeAsync().AsTask()));

    /// <summary>Gives a server the routes from 1 to a number.</summary>
    protected abstract Task ReplaceAsync(int worker, int size);

    /// <summary>Gives a server one route more.</summary>
    protected abstract Task AddAsync(int worker, int number);

    protected static Uri At(int port) => new($"http://127.0.0.1:{port}/");
}
