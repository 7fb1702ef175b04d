using EndpointSync.Core;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tls;

/// <summary>
/// The certificate that new connections use. The files are compared again and again instead of being watched: a mounted
/// secret is replaced by exchanging a link, which watchers miss.
/// </summary>
internal sealed partial class ClusterCertificates(
    ClusterTlsOptions options, TlsRole role, TimeProvider clock, ILogger<ClusterCertificates> logger)
{
    /// <summary>How long before its end a certificate is warned of.</summary>
    public static readonly TimeSpan WarnBefore = TimeSpan.FromDays(14);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReminderInterval = TimeSpan.FromDays(1);

    private CertificateSet _current = CertificateSet.Read(options, role, clock.GetUtcNow());
    private string? _problem;
    private string? _seen;
    private DateTimeOffset? _remindedAt;

    public ClusterTlsOptions Options => options;

    public TlsRole Role => role;

    public CertificateSet Current => Volatile.Read(ref _current);

    /// <summary>Why the files as they are now cannot be used; null if they can.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>When the certificate in use ends.</summary>
    public DateTimeOffset ExpiresAt => new(Current.Own.NotAfter);

    /// <summary>Whether the certificate in use ends soon.</summary>
    public bool ExpiresSoon => ExpiresAt - clock.GetUtcNow() < WarnBefore;

    /// <summary>Compares the files with the certificate in use until the process stops.</summary>
    public async Task FollowFilesAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Refresh();
            Remind();
            await Task.Delay(Interval, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Takes up changed files. What cannot be used leaves the certificate in use as it is.</summary>
    internal void Refresh()
    {
        try
        {
            if (CertificateSet.FingerprintOf(options) != Current.Fingerprint)
            {
                var next = CertificateSet.Read(options, role, clock.GetUtcNow());
                Volatile.Write(ref _current, next);
                _remindedAt = null;
                LogReloaded(PeerCertificate.Text(next.Own), PeerCertificate.Text(next.Own.NotAfter));
            }

            (_seen, _problem) = (null, null);
        }
        catch (CertificateException unusable)
        {
            Complain(unusable.Message);
        }
    }

    // Files are replaced one after the other. A pair that does not fit is reported if it is still there the next time.
    private void Complain(string problem)
    {
        if (_seen == problem && _problem != problem)
        {
            _problem = problem;
            LogUnusable(problem, PeerCertificate.Text(Current.Own.NotAfter));
        }

        _seen = problem;
    }

    private void Remind()
    {
        var now = clock.GetUtcNow();
        if (ExpiresSoon && (_remindedAt is null || now - _remindedAt >= ReminderInterval))
        {
            _remindedAt = now;
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
