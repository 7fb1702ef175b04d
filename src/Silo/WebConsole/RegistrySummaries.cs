using System.Collections.Concurrent;
using EndpointSync.Core;
using EndpointSync.Grains.Hosting;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.WebConsole.Fleet;

namespace EndpointSync.Silo.WebConsole;

/// <summary>
/// Reads what a page shows of a registry. Browsers ask again every two seconds: those that ask at the same time share
/// one reading.
/// </summary>
internal sealed class RegistrySummaries(RegistryMap<Registry> registries, ConvergenceWatch convergence)
{
    // A database that does not answer must not keep the page from showing what silos and workers serve.
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, RequestCoalescer<RegistrySummary>> _readings =
        new(StringComparer.Ordinal);

    /// <exception cref="UnknownRegistryException">No such registry is configured.</exception>
    public Task<RegistrySummary> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var registry = registries.Get(name);
        return _readings.GetOrAdd(registry.Name, _ => new RequestCoalescer<RegistrySummary>(() => ReadAsync(registry)))
            .JoinNextAsync(cancellationToken);
    }

    private async Task<RegistrySummary> ReadAsync(Registry registry)
    {
        var subscribers = convergence.ListAsync(registry.Name);
        try
        {
            using var timeout = new CancellationTokenSource(ReadTimeout);
            await registry.Preparation.EnsureAsync(timeout.Token).WaitAsync(timeout.Token);
            var status = await registry.Status.ReadAsync(timeout.Token).WaitAsync(timeout.Token);
            var versions = await registry.History.ListAsync(null, 1, timeout.Token).WaitAsync(timeout.Token);
            return new RegistrySummary(
                registry.Name, status, await subscribers, versions.Versions is [var last, ..] ? last : null,
                Failure: null);
        }
        catch (Exception failure)
        {
            var reason = failure is OperationCanceledException
                ? $"The registry's database did not answer within {ReadTimeout.TotalSeconds:0} s."
                : EndpointSyncServices.ProblemOf(failure)?.Detail ?? failure.Message;
            return new RegistrySummary(registry.Name, Status: null, await subscribers, Last: null, reason);
        }
    }
}
