using System.Net;
using EndpointSync.Certificates;
using EndpointSync.Core;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Worker.Feed;

/// <summary>
/// The connections to silos. Changed certificate files are taken up with new connections, without a restart.
/// </summary>
internal sealed partial class SiloConnections : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly WorkerIdentity _worker;
    private readonly WorkerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<SiloConnections> _logger;
    private readonly Lock _lock = new();
    private readonly FollowedFiles<TlsFiles> _files;
    private readonly ExpiryReminder _reminder;
    private HttpClient _http;
    private HttpClient? _previous;
    private long _comparedAt;

    public SiloConnections(
        WorkerIdentity worker, WorkerOptions options, TimeProvider clock, ILogger<SiloConnections> logger)
    {
        (_worker, _options, _clock, _logger) = (worker, options, clock, logger);
        _reminder = new ExpiryReminder(clock);
        _files = new FollowedFiles<TlsFiles>(() => TlsFiles.Read(options.Tls), TlsFiles.Of);
        _http = Create(_files.Current);
        _comparedAt = clock.GetTimestamp();
    }

    /// <summary>Sends requests with the certificate of this moment.</summary>
    public HttpClient Current()
    {
        if (!_options.Tls.IsConfigured)
        {
            return _http;
        }

        lock (_lock)
        {
            if (_clock.GetElapsedTime(_comparedAt) >= Interval)
            {
                _comparedAt = _clock.GetTimestamp();
                Look();
            }

            return _http;
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _previous?.Dispose();
    }

    private void Look()
    {
        _files.Look(
            files =>
            {
                // Requests that are under way keep their connections; those of the files before that ended long ago.
                _previous?.Dispose();
                (_previous, _http) = (_http, Create(files));
                _reminder.Reset();
                LogReloaded(_worker.Name, _worker.Registry);
            },
            problem => LogUnusable(_worker.Name, _worker.Registry, $"{WorkerOptions.Section}:{problem}"));
        if (_files.Current.Own is { } own && _reminder.IsDue(own.EndsAt))
        {
            LogEnds(own.Certificate.Subject, _worker.Name, _worker.Registry, own.EndsAt);
        }
    }

    private HttpClient Create(TlsFiles files) => new(new SocketsHttpHandler
    {
        // Silos are near; a proxy would hold the long polls.
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.GZip,
        ConnectTimeout = _options.SiloTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        SslOptions = files.Settings(),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    [LoggerMessage(
        3116, LogLevel.Information,
        "Worker {Name} of {Registry} uses the changed certificate files for new connections to silos")]
    private partial void LogReloaded(string name, string registry);

    [LoggerMessage(
        3117, LogLevel.Warning,
        "The changed certificate files of worker {Name} of {Registry} cannot be used: {Problem} New connections to "
        + "silos use those from before")]
    private partial void LogUnusable(string name, string registry, LogText problem);

    [LoggerMessage(
        3140, LogLevel.Warning,
        "The certificate '{Subject}' that worker {Name} of {Registry} shows to silos ends at {End:u}: replace its "
        + "files, and new connections use the next one")]
    private partial void LogEnds(LogText subject, string name, string registry, DateTimeOffset end);
}
