using EndpointSync.Silo.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Silo.Health;

/// <summary>
/// Whether the silo's clock agrees with the cluster's database. Silos compare signs of life with their own clocks, so a
/// clock that is wrong makes living silos look dead, and dead ones alive.
/// </summary>
internal sealed class ClockCheck(ClusterClock clock) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(ResultOf(clock.Skew));

    internal static HealthCheckResult ResultOf(TimeSpan skew) => skew.Duration() <= ClockSkew.Noticeable
        ? HealthCheckResult.Healthy("The silo's clock agrees with the cluster's database.")
        : HealthCheckResult.Degraded(
            $"This machine's clock is {ClockSkew.Text(skew)} the clock of the cluster's database: synchronize them "
            + "(NTP).");
}
