namespace EndpointSync.Tools.Processes;

/// <summary>Several <see cref="SiloProcess"/>es that form one cluster, named silo-1, silo-2 and so on.</summary>
public sealed class SiloCluster : IAsyncDisposable
{
    private readonly SiloProcessOptions _options;
    private readonly Lock _lock = new();
    private IReadOnlyList<SiloProcess> _silos = [];
    private int _named;

    private SiloCluster(SiloProcessOptions options) => _options = options;

    /// <summary>
    /// All silos that became ready, including those that have ended since, in the order of their numbers.
    /// </summary>
    public IReadOnlyList<SiloProcess> Silos
    {
        get
        {
            lock (_lock)
            {
                return _silos;
            }
        }
    }

    /// <summary>
    /// Starts <paramref name="count"/> silos at once. Each silo gets its own name and HTTP port; those of
    /// <paramref name="options"/> are not used.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// A silo ended before it was ready. The others were stopped.
    /// </exception>
    /// <exception cref="TimeoutException">A silo was not ready in time. The others were stopped.</exception>
    public static async Task<SiloCluster> StartAsync(
        int count, SiloProcessOptions options, CancellationToken cancellationToken = default)
    {
        var cluster = new SiloCluster(options);
        try
        {
            var starts = Enumerable.Range(0, count).Select(_ => cluster.AddAsync(cancellationToken)).ToList();
            cluster.Order(await Task.WhenAll(starts));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one more silo.</summary>
    /// <exception cref="InvalidOperationException">The silo ended before it was ready.</exception>
    /// <exception cref="TimeoutException">The silo was not ready in time.</exception>
    public async Task<SiloProcess> AddAsync(CancellationToken cancellationToken = default)
    {
        var options = _options with { Name = $"silo-{Interlocked.Increment(ref _named)}", HttpPort = 0 };
        var silo = await SiloProcess.StartAsync(options, cancellationToken);
        lock (_lock)
        {
            _silos = [.. _silos, silo];
        }

        return silo;
    }

    /// <summary>Stops all silos at once.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(Silos.Select(silo => silo.DisposeAsync().AsTask()));

    private void Order(SiloProcess[] silos)
    {
        lock (_lock)
        {
            _silos = silos;
        }
    }
}
