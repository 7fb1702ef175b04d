using EndpointSync.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Silo.Health;

/// <summary>Whether the silo is an active member of its cluster, and goes on to be one.</summary>
internal sealed class SiloCheck(ISiloStatusOracle oracle, SiloDrain drain) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (drain.Begun.IsCancellationRequested)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy("The silo is stopping."));
        }

        var status = oracle.CurrentStatus;
        return Task.FromResult(status == SiloStatus.Active
            ? HealthCheckResult.Healthy($"The silo is active, one of {oracle.GetActiveSilos().Length}.")
            : HealthCheckResult.Unhealthy($"The silo is {status}."));
    }
}
