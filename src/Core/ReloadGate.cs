using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Core;

/// <summary>
/// All reloads of this process, silo or client, pass through this gate. Per registry, one request is under way and one
/// waits, so thousands of callers cost two messages. A reload that finds the lock busy is requested again when the lock
/// is free.
/// </summary>
internal sealed class ReloadGate(
    IGrainFactory grains, ICoordinatorFallback fallback, ILockWait locks, TimeProvider clock,
    ILogger<ReloadGate> logger)
{
    private readonly ConcurrentDictionary<string, RegistryGate> _registries = new(StringComparer.Ordinal);

    /// <summary>The registries that callers have named, apart from unknown ones.</summary>
    public ICollection<string> Registries => _registries.Keys;

    /// <summary>Reloads a registry, together with all other callers in this process that ask now.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends this caller's wait only.</param>
    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    public Task<ReloadReceipt> ReloadAsync(string registry, ReloadRequest request, CancellationToken cancellationToken)
    {
        var gate = _registries.GetOrAdd(registry, NewGate);
        // Leaves the calling grain's scheduler: a run that a busy grain started must not wait for that grain's turns.
        return TaskScheduler.Current == TaskScheduler.Default
            ? ReloadAsync(gate, request, cancellationToken)
            : Task.Run(() => ReloadAsync(gate, request, cancellationToken), CancellationToken.None);
    }

    // A name that a caller made up must not stay in memory.
    private RegistryGate NewGate(string registry) => new(
        registry, grains, fallback, clock, logger, gate => _registries.TryRemove(new(gate.Registry, gate)));

    // Requests that wait for the lock share a run with requests that do not, so the wait is here and not in the run.
    private Task<ReloadReceipt> ReloadAsync(
        RegistryGate gate, ReloadRequest request, CancellationToken cancellationToken) =>
        request.LockTimeout > TimeSpan.Zero
            ? LockRetry.RunAsync(
                locks, gate.Registry, request.LockTimeout,
                () => gate.JoinNextAsync(request with { LockTimeout = TimeSpan.Zero }, cancellationToken), clock,
                cancellationToken)
            : gate.JoinNextAsync(request, cancellationToken);
}
