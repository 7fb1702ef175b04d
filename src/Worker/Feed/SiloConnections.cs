using EndpointSync.Core;
using System.Net;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Worker.Feed;

/// <summary>
/// The connections to silos. Changed certificate files are taken up with new connections, without a restart. They are
/// compared instead of being watched: a mounted secret is replaced by exchanging a link, which watchers miss.
/// </summary>
internal sealed partial class SiloConnections : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly WorkerIdentity _worker;
    private readonly WorkerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<SiloConnections> _logger;
    private readonly Lock _lock = new();
    private readonly RepeatFilter _problems = new();
    private TlsFiles _files;
    private HttpClient _http;
    private HttpClient? _previous;
    private string? _seen;
    private long _comparedAt;

    public SiloConnections(
        WorkerIdentity worker, WorkerOptions options, TimeProvider clock, ILogger<SiloConnections> logger)
    {
        (_worker, _options, _clock, _logger) = (worker, options, clock, logger);
        _files = new TlsFiles(options.Tls);
        _http = Create(_files);
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
                Refresh();
            }

            return _http;
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _previous?.Dispose();
    }

    private void Refresh()
    {
        try
        {
            var files = new TlsFiles(_options.Tls);
            if (!files.HaveTheSameText(_files))
            {
                var next = Create(files);
                // Requests that are under way keep their connections; those of the files before that ended long ago.
                _previous?.Dispose();
                (_previous, _http, _files) = (_http, next, files);
                LogReloaded(_worker.Name, _worker.Registry);
            }

            _seen = null;
            _problems.Reset();
        }
        catch (InvalidDataException unusable)
        {
            // Files are replaced one after the other: a pair that does not fit is reported if it stays.
            if (_seen == unusable.Message && _problems.IsNew(unusable.Message))
            {
                LogUnusable(_worker.Name, _worker.Registry, $"{WorkerOptions.Section}:{unusable.Message}");
            }

            _seen = unusable.Message;
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
}
