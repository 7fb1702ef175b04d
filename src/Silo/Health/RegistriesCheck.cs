using EndpointSync.Grains.Hosting;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Silo.Health;

/// <summary>
/// Whether every registry's database can be used. One that cannot makes the silo degraded, not unready, as long as another can: a fleet of many
/// registries must not lose all of them to one.
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
        return (usable, complaints.Count) switch
        {
            (_, 0) => HealthCheckResult.Healthy(description),
            (0, _) => HealthCheckResult.Unhealthy(description, data: complaints),
            _ => HealthCheckResult.Degraded(description, data: complaints),
        };
    }

    private static async Task<(string Name, string? Reason)> ComplaintAsync(Registry registry, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await registry.Preparation.EnsureAsync(patience.Token);
            await registry.Status.OwedAsync(patience.Token);
            return (registry.Name, null);
        }
        catch (Exception failure) when (EndpointSyncServices.ProblemOf(failure) is { } problem)
        {
            return (registry.Name, problem.Detail);
        }
    }
}
