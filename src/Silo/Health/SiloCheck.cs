using EndpointSync.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Silo.Health;

/// <summary>
/// Whether the silo is an active member of its cluster, listens at all its addresses, and goes on to do so.
/// </summary>
internal sealed class SiloCheck(ISiloStatusOracle oracle, SiloDrain drain, IHostApplicationLifetime lifetime)
    : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (drain.Begun.IsCancellationRequested)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy("The silo is stopping."));
        }

        // The first address may be asked before the others are opened.
        if (!lifetime.ApplicationStarted.IsCancellationRequested)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy("The silo is starting."));
        }

        var status = oracle.CurrentStatus;
        return Task.FromResult(status == SiloStatus.Active
            ? HealthCheckResult.Healthy($"The silo is active, one of {oracle.GetActiveSilos().Length}.")
            : HealthCheckResult.Unhealthy($"The silo is {status}."));
    }
}
