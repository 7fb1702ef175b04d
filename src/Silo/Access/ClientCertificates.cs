using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using EndpointSync.Certificates;
using EndpointSync.Core;
using EndpointSync.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EndpointSync.Silo.Access;

/// <summary>
/// Asks whoever connects to HTTP for a client certificate, and checks it. Every handshake succeeds: a caller without a
/// certificate may have a key, and one with a wrong certificate gets an answer with the reason.
/// </summary>
internal sealed partial class ClientCertificates : BackgroundService
{
    private const string AuthorityKey = $"{ClientCertificateSettings.Section}:CertificateAuthority";

    // The server has one instance of a certificate for each connection.
    private readonly ConditionalWeakTable<X509Certificate2, ShownCertificate> _shown = [];
    private readonly ClientCertificateSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger<ClientCertificates> _logger;
    private readonly ReminderFilter _refusals;
    private readonly FollowedFiles<Authorities> _authorities;

    public ClientCertificates(HttpSettings http, TimeProvider clock, ILogger<ClientCertificates> logger)
    {
        (_settings, _clock, _logger) = (http.ClientCertificates, clock, logger);
        _refusals = new ReminderFilter(clock);
        _authorities = new FollowedFiles<Authorities>(() => [FileOf(_settings)], files => new Authorities(files[0]));
    }

    /// <summary>Why the file with the authorities cannot be used; null if it can.</summary>
    public static string? ComplaintAbout(ClientCertificateSettings settings)
    {
        try
        {
            _ = new Authorities(FileOf(settings));
            return null;
        }
        catch (CertificateException unusable)
        {
            return unusable.Message;
        }
    }

    /// <summary>
    /// Asks for a certificate wherever HTTP listens with TLS, unless an endpoint's settings say otherwise.
    /// </summary>
    public void Configure(HttpsConnectionAdapterOptions https)
    {
        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
        https.ClientCertificateValidation = Remember;
        https.OnAuthenticate += (_, tls) =>
            tls.CertificateChainPolicy = _authorities.Current.ChainPolicy(_clock.GetUtcNow());
    }

    /// <summary>The certificate that a caller showed; null if it showed none.</summary>
    public ShownCertificate? ShownBy(HttpContext context) =>
        context.Connection.ClientCertificate is { } certificate && _shown.TryGetValue(certificate, out var shown)
            ? shown
            : null;

    /// <summary>Why a certificate that was shown is not accepted now; null if it is.</summary>
    public string? ComplaintAbout(ShownCertificate shown) => shown.Complaint
        ?? (shown.EndsAt < _clock.GetUtcNow() ? $"certificate '{shown.Name}' expired: issue a new one" : null);

    public void LogRefused(HttpContext context, string complaint)
    {
        var address = context.Connection.RemoteIpAddress;
        if (_refusals.IsDue($"{address} {complaint}"))
        {
            LogRefused($"{address}", $"its {complaint}");
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => FollowedFiles.FollowAsync(
        () => _authorities.Look(_ => LogReloaded(_settings.CertificateAuthority!), problem => LogUnusable(problem)),
        _clock, stoppingToken);

    private static PemFile FileOf(ClientCertificateSettings settings) =>
        PemFile.Read(AuthorityKey, settings.CertificateAuthority!);

    private bool Remember(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (chain is not null)
        {
            var names = PeerCertificate.DnsNames(certificate).ToList();
            _shown.AddOrUpdate(certificate, new ShownCertificate(
                VisibleText.Of(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)), names,
                chain.ChainElements.Select(element => new DateTimeOffset(element.Certificate.NotAfter))
                    .Append(certificate.NotAfter).Min(),
                Complaint(certificate, chain, names)));
        }

        return true;
    }

    // The chain's own complaint about the usage names none.
    private string? Complaint(X509Certificate2 certificate, X509Chain chain, List<string> names) =>
        PeerCertificate.ComplaintAboutClientUsage(certificate)
        ?? PeerCertificate.ComplaintAboutChain(certificate, chain, _clock.GetUtcNow(), AuthorityKey)
        ?? (_settings.GrantsOf(names).Any()
            ? null
            : $"{PeerCertificate.Text(certificate)} has none of the DNS names in "
                + $"{ClientCertificateSettings.Section}:Roles; it has {PeerCertificate.Names(certificate)}");

    [LoggerMessage(2017, LogLevel.Warning, "Refused the client certificate of {Address} at HTTP: {Reason}")]
    private partial void LogRefused(string address, LogText reason);

    [LoggerMessage(
        2018, LogLevel.Information, "New connections to HTTP are checked with the changed authorities in {File}")]
    private partial void LogReloaded(string file);

    [LoggerMessage(
        2019, LogLevel.Warning,
        "The changed authorities of client certificates cannot be used: {Problem} New connections are checked with "
        + "those from before")]
    private partial void LogUnusable(LogText problem);
}
