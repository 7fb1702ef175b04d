using EndpointSync.Certificates;
using EndpointSync.Core;
using EndpointSync.Silo.Access;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EndpointSync.Silo.Hosting;

/// <summary>
/// The certificate of the <c>https</c> listeners. New connections use a changed one, and no listener closes: Kestrel's
/// own reload of a changed file opens the port again only after its connections have ended, and cuts long polls.
/// </summary>
internal sealed partial class HttpCertificate : BackgroundService
{
    private readonly TimeProvider _clock;
    private readonly ILogger<HttpCertificate> _logger;
    private readonly FollowedFiles<OwnCertificate> _files;
    private readonly ExpiryReminder _reminder;

    public HttpCertificate(HttpSettings http, TimeProvider clock, ILogger<HttpCertificate> logger)
    {
        (_clock, _logger, _reminder) = (clock, logger, new ExpiryReminder(clock));
        _files = new FollowedFiles<OwnCertificate>(http.CertificateFiles, HttpSettings.ReadCertificate);
    }

    /// <summary>The subject of the certificate in use.</summary>
    public string Subject => _files.Current.Certificate.Subject;

    /// <summary>When the certificate in use ends.</summary>
    public DateTimeOffset ExpiresAt => _files.Current.EndsAt;

    /// <summary>Whether the certificate in use ends soon.</summary>
    public bool ExpiresSoon => _reminder.IsSoon(ExpiresAt);

    /// <summary>Why the files as they are now cannot be used; null if they can.</summary>
    public string? CurrentProblem => _files.Problem;

    /// <summary>Has every <c>https</c> listener use the certificate, wherever the listener is configured.</summary>
    public void UseIn(HttpsConnectionAdapterOptions https)
    {
        https.ServerCertificateSelector = (_, _) => _files.Current.Certificate;
        https.OnAuthenticate += (_, options) =>
        {
            options.ServerCertificateSelectionCallback = null;
            options.ServerCertificateContext = _files.Current.Context;
        };
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        FollowedFiles.FollowAsync(Look, _clock, stoppingToken);

    private void Look()
    {
        _files.Look(
            next =>
            {
                _reminder.Reset();
                LogChanged(next.Certificate.Subject, next.EndsAt);
            },
            problem => LogUnusable(problem, _files.Current.EndsAt));
        if (_reminder.IsDue(_files.Current.EndsAt))
        {
            LogEnds(_files.Current.Certificate.Subject, _files.Current.EndsAt);
        }
    }

    [LoggerMessage(
        2022, LogLevel.Information,
        "New connections over https use the changed certificate '{Subject}', valid until {End:u}")]
    private partial void LogChanged(LogText subject, DateTimeOffset end);

    [LoggerMessage(
        2023, LogLevel.Warning,
        "The changed certificate for https is not used: {Problem} New connections use the one from before, valid until "
        + "{End:u}")]
    private partial void LogUnusable(LogText problem, DateTimeOffset end);

    [LoggerMessage(
        2024, LogLevel.Warning,
        "The certificate '{Subject}' for https ends at {End:u}: replace its files, and new connections use the next "
        + "one")]
    private partial void LogEnds(LogText subject, DateTimeOffset end);
}
