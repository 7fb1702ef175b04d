using EndpointSync.Silo.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Silo.Health;

/// <summary>Whether the certificate of the https listeners is good for a while.</summary>
internal sealed class HttpsCheck(HttpCertificate certificate) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new Dictionary<string, object>
        {
            ["subject"] = certificate.Subject,
            ["expiresAt"] = certificate.ExpiresAt,
        };
        return Task.FromResult(certificate switch
        {
            { CurrentProblem: { } problem } => HealthCheckResult.Degraded(
                $"The changed certificate files cannot be used: {problem}", data: data),
            { ExpiresSoon: true } => HealthCheckResult.Degraded(
                $"The certificate for https ends at {certificate.ExpiresAt:u}: replace its files.", data: data),
            _ => HealthCheckResult.Healthy("The certificate for https is valid.", data),
        });
    }
}
