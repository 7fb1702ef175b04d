using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WarnBefore = TimeSpan.FromDays(14);
    private static readonly TimeSpan ReminderInterval = TimeSpan.FromDays(1);

    private readonly HttpSettings _http;
    private readonly TimeProvider _clock;
    private readonly ILogger<HttpCertificate> _logger;
    private Pair _current;
    private string? _seen;
    private string? _reported;
    private DateTimeOffset? _remindedAt;

    /// <exception cref="StartException">The files cannot be used.</exception>
    public HttpCertificate(HttpSettings http, TimeProvider clock, ILogger<HttpCertificate> logger)
    {
        (_http, _clock, _logger) = (http, clock, logger);
        try
        {
            _current = Read();
        }
        catch (Exception unusable) when (IsUnusable(unusable))
        {
            throw new StartException(Problem(unusable));
        }
    }

    /// <summary>Has every <c>https</c> listener use the certificate, wherever the listener is configured.</summary>
    public void UseIn(HttpsConnectionAdapterOptions https)
    {
        https.ServerCertificateSelector = (_, _) => Volatile.Read(ref _current).Certificate;
        https.OnAuthenticate += (_, options) =>
        {
            options.ServerCertificateSelectionCallback = null;
            options.ServerCertificateContext = Volatile.Read(ref _current).Context;
        };
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            Refresh();
            Remind();
            await Task.Delay(Interval, _clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Compared again and again instead of being watched: a mounted secret is replaced by exchanging a link, which
    // watchers miss.
    private void Refresh()
    {
        try
        {
            if (Text() != _current.Text)
            {
                var next = Read();
                Volatile.Write(ref _current, next);
                _remindedAt = null;
                LogChanged(next.Certificate.Subject, next.End);
            }

            (_seen, _reported) = (null, null);
        }
        catch (Exception unusable) when (IsUnusable(unusable))
        {
            Complain(Problem(unusable));
        }
    }

    // Files are replaced one after the other. A pair that does not fit is reported if it is still there the next time.
    private void Complain(string problem)
    {
        if (_seen == problem && _reported != problem)
        {
            _reported = problem;
            LogUnusable(problem, _current.End);
        }

        _seen = problem;
    }

    private void Remind()
    {
        var now = _clock.GetUtcNow();
        if (_current.End - now < WarnBefore && (_remindedAt is null || now - _remindedAt >= ReminderInterval))
        {
            _remindedAt = now;
            LogEnds(_current.Certificate.Subject, _current.End);
        }
    }

    private Pair Read() => Pair.Of(File.ReadAllText(_http.Certificate!), File.ReadAllText(_http.Key!));

    private string Text() => Pair.Join(File.ReadAllText(_http.Certificate!), File.ReadAllText(_http.Key!));

    private string Problem(Exception unusable) =>
        $"EndpointSync:Http:Certificate ({_http.Certificate}) and Key ({_http.Key}) cannot be used: {unusable.Message}";

    private static bool IsUnusable(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

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

    /// <summary>One state of the files.</summary>
    private sealed record Pair(X509Certificate2 Certificate, SslStreamCertificateContext Context, string Text)
    {
        public DateTimeOffset End => new(Certificate.NotAfter);

        public static Pair Of(string certificate, string key)
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPem(certificate);
            if (all.Count == 0)
            {
                throw new CryptographicException("There is no certificate in the file.");
            }

            // Windows cannot use a key that was never in its store.
            var own = X509Certificate2.CreateFromPem(certificate, key);
            own = OperatingSystem.IsWindows()
                ? X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), password: null)
                : own;
            return new Pair(
                own, SslStreamCertificateContext.Create(own, [.. all.Skip(1)], offline: true), Join(certificate, key));
        }

        public static string Join(string certificate, string key) => $"{certificate}\0{key}";
    }
}
