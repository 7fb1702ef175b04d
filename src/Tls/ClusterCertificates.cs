using EndpointSync.Certificates;
using EndpointSync.Core;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tls;

/// <summary>The certificate that new connections use, which follows its files.</summary>
internal sealed partial class ClusterCertificates(
    ClusterTlsOptions options, TlsRole role, TimeProvider clock, ILogger<ClusterCertificates> logger)
{
    private readonly FollowedFiles<CertificateSet> _files = new(
        () => CertificateSet.Files(options),
        files => CertificateSet.Of(files, options, role, clock.GetUtcNow()));

    private readonly ExpiryReminder _reminder = new(clock);

    public ClusterTlsOptions Options => options;

    public TlsRole Role => role;

    public CertificateSet Current => _files.Current;

    /// <summary>Why the files as they are now cannot be used; null if they can.</summary>
    public string? Problem => _files.Problem;

    /// <summary>When the certificate in use ends.</summary>
    public DateTimeOffset ExpiresAt => Current.EndsAt;

    /// <summary>Whether the certificate in use ends soon.</summary>
    public bool ExpiresSoon => _reminder.IsSoon(ExpiresAt);

    /// <summary>Compares the files with the certificate in use until the process stops.</summary>
    public Task FollowFilesAsync(CancellationToken stopping) => FollowedFiles.FollowAsync(Look, clock, stopping);

    private void Look()
    {
        _files.Look(
            next =>
            {
                _reminder.Reset();
                LogReloaded(PeerCertificate.Text(next.Own), PeerCertificate.Text(next.Own.NotAfter));
            },
            problem => LogUnusable(problem, PeerCertificate.Text(Current.Own.NotAfter)));
        if (_reminder.IsDue(ExpiresAt))
        {
            LogExpires(PeerCertificate.Text(Current.Own), PeerCertificate.Text(Current.Own.NotAfter));
        }
    }

    [LoggerMessage(
        2007, LogLevel.Information, "New connections of the cluster use the changed {Certificate}, valid until {End}")]
    private partial void LogReloaded(LogText certificate, string end);

    [LoggerMessage(
        2008, LogLevel.Warning,
        "The changed certificate files cannot be used: {Problem} New connections use the certificate from before, "
        + "valid until {End}")]
    private partial void LogUnusable(LogText problem, string end);

    [LoggerMessage(
        2009, LogLevel.Warning,
        "The {Certificate} of this process ends at {End}: replace its files, and new connections use the next one")]
    private partial void LogExpires(LogText certificate, string end);
}
