using EndpointSync.Tls;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Silo.Health;

/// <summary>
/// Whether the certificate of the cluster's ports is good for a while. Connections that are open outlive it; the next
/// ones do not.
/// </summary>
internal sealed class CertificateCheck(ClusterCertificates certificates) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new Dictionary<string, object>
        {
            ["subject"] = certificates.Current.Own.Subject,
            ["expiresAt"] = certificates.ExpiresAt,
        };
        return Task.FromResult(certificates switch
        {
            { Problem: { } problem } => HealthCheckResult.Degraded(
                $"The changed certificate files cannot be used: {problem}", data: data),
            { ExpiresSoon: true } => HealthCheckResult.Degraded(
                $"The cluster's certificate ends at {PeerCertificate.Text(certificates.Current.Own.NotAfter)}: replace "
                + "its files.",
                data: data),
            _ => HealthCheckResult.Healthy("The cluster's certificate is valid.", data),
        });
    }
}
