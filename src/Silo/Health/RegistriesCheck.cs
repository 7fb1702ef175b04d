using EndpointSync.Grains.Hosting;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Silo.Health;

/// <summary>
/// Whether every registry's database can be used. One that cannot makes the silo degraded, not unready: its routes are served on, and callers are to
/// hear from it why nothing can be reloaded. A silo that never had routes is unready by <see cref="RoutesCheck"/>.
/// </summary>
internal sealed class RegistriesCheck(RegistryCatalog catalog) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var complaints = (await Task.WhenAll(catalog.All.Select(registry => ComplaintAsync(registry, cancellationToken))))
            .Where(complaint => complaint.Reason is not null)
            .ToDictionary(complaint => complaint.Name, object (complaint) => complaint.Reason!, StringComparer.Ordinal);
        var usable = catalog.All.Count() - complaints.Count;
        var description = $"{usable} of {catalog.All.Count()} registries can be used.";
        return complaints.Count == 0 ? HealthCheckResult.Healthy(description) : HealthCheckResult.Degraded(description, data: complaints);
    }

    private static async Task<(string Name, string? Reason)> ComplaintAsync(Registry registry, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            // Not left to the token alone: a server that says nothing is not cancelled in time.
            await AskAsync(registry, patience.Token).WaitAsync(Patience, cancellationToken);
            return (registry.Name, null);
        }
        catch (Exception failure) when (EndpointSyncServices.ProblemOf(failure) is { } problem)
        {
            return (registry.Name, problem.Detail);
        }
        catch (TimeoutException)
        {
            return (registry.Name, "Postgres did not answer in time.");
        }
    }

    private static async Task AskAsync(Registry registry, CancellationToken cancellationToken)
    {
        await registry.Preparation.EnsureAsync(cancellationToken);
        await registry.Status.OwedAsync(cancellationToken);
    }
}
