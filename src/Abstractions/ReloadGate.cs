using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EndpointSync;

/// <summary>
/// The way to the registries' coordinators for everything in this process, be it a silo or a client. However many ask at once, one request for each
/// registry and scope is under way and one waits for it, so thousands of callers are two messages.
/// </summary>
internal sealed class ReloadGate(IGrainFactory grains, IStandIn standIn, TimeProvider clock, ILogger<ReloadGate> logger)
{
    private readonly ConcurrentDictionary<string, RegistryReloads> _registries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Registry, ReloadScope Scope), Flights<ReloadReceipt>> _flights = new();

    /// <summary>Asks for the registry to be made current, together with everybody else here who asks now.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="cancellationToken">Ends this caller's wait only.</param>
    public Task<ReloadReceipt> ReloadAsync(string registry, CancellationToken cancellationToken) =>
        ReloadAsync(registry, new ReloadRequest(), cancellationToken);

    /// <summary>Asks for what a request wants of the registry, together with everybody else here who asks the same now.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends this caller's wait only.</param>
    public Task<ReloadReceipt> ReloadAsync(string registry, ReloadRequest request, CancellationToken cancellationToken)
    {
        var flights = _flights.GetOrAdd((registry, request.Scope), key => Flights(key.Registry, key.Scope));
        // Off a calling grain's scheduler: a flight that a busy grain started must not wait for that grain's turns.
        return TaskScheduler.Current == TaskScheduler.Default
            ? flights.JoinAsync(request.Callers, cancellationToken)
            : Task.Run(() => flights.JoinAsync(request.Callers, cancellationToken), CancellationToken.None);
    }

    private Flights<ReloadReceipt> Flights(string registry, ReloadScope scope)
    {
        var reloads = _registries.GetOrAdd(registry, name => new RegistryReloads(name, grains, standIn, clock, logger));
        return new Flights<ReloadReceipt>(callers => reloads.RunAsync(new ReloadRequest(callers, scope)));
    }
}
