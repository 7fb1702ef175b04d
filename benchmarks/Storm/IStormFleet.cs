using EndpointSync.Bench.Model;

namespace EndpointSync.Bench.Storm;

/// <summary>A way to keep many workers at the same routes.</summary>
internal interface IStormFleet : IAsyncDisposable
{
    /// <summary>What it is called; a protocol that was re-created says so.</summary>
    string Name { get; }

    Role Role { get; }

    /// <summary>The processes whose time counts, besides this one and the server's.</summary>
    IEnumerable<int> Processes { get; }

    /// <summary>Starts one more worker, which has the table of now.</summary>
    /// <param name="number">How many there are already.</param>
    Task<IStormWorker> StartAsync(int number);
}
