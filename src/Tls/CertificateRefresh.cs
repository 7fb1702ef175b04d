using Microsoft.Extensions.Hosting;

namespace EndpointSync.Tls;

/// <summary>Follows the certificate files while the process runs; does nothing where no TLS is configured.</summary>
internal sealed class CertificateRefresh(ClusterCertificates? certificates) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        certificates?.FollowFilesAsync(stoppingToken) ?? Task.CompletedTask;
}
