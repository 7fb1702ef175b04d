using System.Globalization;
using EndpointSync.Core;
using EndpointSync.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Tests.Worker;

/// <summary>
/// Plays the silos of a cluster over HTTP, at two addresses: a test decides what is published, when the newest version
/// is known, and what fails.
/// </summary>
internal sealed class ScriptedSilo : IDisposable
{
    private const string Api = "/api/v1/registries/{registry}/feed";

    private readonly Lock _lock = new();
    private readonly List<WorkerReport> _reports = [];
    private readonly WebApplication _server;
    private RouteImage _image = RouteImage.Empty;
    private RouteDelta? _delta;
    private bool _isPublished;
    private volatile bool _isDown;
    private volatile int _asked;
    private volatile int _frozen;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _connections = new();

    public ScriptedSilo()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0", "http://[::1]:0");
        builder.Services.AddRouting();
        _server = builder.Build();
        _server.Use(ReceiveAsync);
        _server.MapGet(Api, NextAsync);
        _server.MapGet($"{Api}/newest", NewestAsync);
        _server.Start();
    }

    public IReadOnlyCollection<string> Urls => [.. _server.Urls];

    /// <summary>While it is set, connections are closed and no question is answered.</summary>
    public bool IsDown
    {
        get => _isDown;
        set
        {
            _isDown = value;
            LoseConnections();
        }
    }

    /// <summary>The status and the detail of every answer while it is set.</summary>
    public (int Status, string Detail)? Failure { get; set; }

    /// <summary>The database's newest version, if a test wants it to differ from the silo's.</summary>
    public Func<Task<RouteVersion>>? Newest { get; set; }

    public int NewestCalls { get; private set; }

    /// <summary>A worker that starts before the silo has routes searches for another by the same question.</summary>
    public void ForgetNewestCalls()
    {
        lock (_lock)
        {
            NewestCalls = 0;
        }
    }

    public int TablesSent { get; private set; }

    public bool SpoilsDeltas { get; set; }

    public Guid? Left { get; private set; }

    /// <summary>The key that the last question showed.</summary>
    public string? Key { get; private set; }

    /// <summary>The URLs that answers name.</summary>
    public IReadOnlyList<string> Named { get; set; } = [];

    /// <summary>The answers of the address that was asked last never come any more.</summary>
    public void FreezeAsked() => _frozen = _asked;

    public void Publish(long version, params PublishedRoute[] routes)
    {
        lock (_lock)
        {
            var before = _image;
            var hash = routes.Aggregate(default(ContentHash), (sum, route) => sum ^ route.Hash);
            Assert.True(
                before.TryReplace(new RouteVersion(version), hash, routes, out var image, out var reason), reason);
            (_image, _isPublished) = (image, true);
            var gone = before.Routes.Where(route => routes.All(other => other.Key != route.Key)).Select(
                route => new PublishedChange(route.Key, null));
            var come = routes.Where(route => before.Routes.All(other => other.Hash != route.Hash)).Select(
                route => new PublishedChange(route.Key, route));
            _delta = new RouteDelta(before.Version, image.Version, SpoilsDeltas ? default : hash, [.. gone, .. come]);
            Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }

    /// <summary>Closes every connection that waits for an answer.</summary>
    public void LoseConnections() => Interlocked.Exchange(ref _connections, new CancellationTokenSource()).Cancel();

    /// <summary>Waits for a report; reports that came before count.</summary>
    public async Task<WorkerReport> ReportedAsync(Func<WorkerReport, bool> condition, string what)
    {
        while (true)
        {
            Task next;
            lock (_lock)
            {
                next = _reported.Task;
                if (_reports.Find(report => condition(report)) is { } found)
                {
                    return found;
                }
            }

            await next.Within(what);
        }
    }

    public Task<WorkerReport> ServesAsync(long version) =>
        ReportedAsync(report => report.Version.Value == version, $"a report of version {version}");

    public void Dispose()
    {
        LoseConnections();
        ((IDisposable)_server).Dispose();
    }

    private async Task ReceiveAsync(HttpContext http, RequestDelegate next)
    {
        _asked = http.Connection.LocalPort;
        Key = http.Request.Headers.Authorization.ToString();
        using var lost = _connections.Token.Register(http.Abort);
        if (IsDown)
        {
            http.Abort();
        }
        else if (Failure is var (status, detail))
        {
            await TypedResults.Problem(detail, statusCode: status).ExecuteAsync(http);
        }
        else
        {
            await next(http);
        }
    }

    private async Task NextAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var worker = Guid.Parse(query["worker"].ToString());
        if (query["leave"] == "true")
        {
            Left = worker;
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        _ = ContentHash.TryParse(query["hash"], out var hash);
        var report = new WorkerReport(
            worker, query["name"].ToString(), Version(query["serves"]), query["problem"],
            new RouteTableId(Version(query["after"]), hash));
        lock (_lock)
        {
            _reports.Add(report);
            Interlocked.Exchange(ref _reported, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }

        var milliseconds = int.Parse(query["timeout"].ToString()[..^2], CultureInfo.InvariantCulture);
        await WhenNewAsync(report.Has, milliseconds, http.RequestAborted);
        await UnlessFrozenAsync(http);
        await AnswerAsync(http, report.Has);
    }

    // No answer before the first publication.
    private async Task WhenNewAsync(RouteTableId has, int milliseconds, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ended.CancelAfter(milliseconds);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                changed = _changed.Task;
                if (_isPublished && (_image.Version > has.Version || ended.IsCancellationRequested))
                {
                    return;
                }
            }

            await changed.WaitAsync(_isPublished ? ended.Token : cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task AnswerAsync(HttpContext http, RouteTableId has)
    {
        lock (_lock)
        {
            var delta = _delta?.From == has.Version && has.Version > RouteVersion.None ? _delta : null;
            var isNews = has.Version == RouteVersion.None || _image.TableId != has;
            TablesSent += isNews && delta is null ? 1 : 0;
            using var lines = new FeedWriter(http.Response.BodyWriter);
            lines.Write(new FeedHead
            {
                Protocol = FeedProtocol.Number,
                Version = _image.Version.Value,
                Hash = (delta?.Hash ?? _image.Hash).ToString(),
                From = isNews ? delta?.From.Value ?? 0 : null,
                Count = !isNews ? 0 : delta?.Changes.Count ?? _image.Table.Count,
                Silos = Named,
            });
            var changed = delta?.Changes.Select(FeedLine.Of) ?? _image.Routes.Select(FeedLine.Of);
            foreach (var line in isNews ? changed : [])
            {
                lines.Write(line);
            }
        }

        await http.Response.BodyWriter.FlushAsync();
    }

    private async Task NewestAsync(HttpContext http)
    {
        Func<Task<RouteVersion>>? newest;
        lock (_lock)
        {
            NewestCalls++;
            newest = Newest;
        }

        await UnlessFrozenAsync(http);
        try
        {
            var version = newest is null ? _image.Version : await newest().WaitAsync(http.RequestAborted);
            await http.Response.WriteAsJsonAsync(new FeedNewest(version.Value), FeedJson.Default.FeedNewest);
        }
        catch (TimeoutException failure)
        {
            await TypedResults.Problem(failure.Message, statusCode: 503).ExecuteAsync(http);
        }
    }

    private async Task UnlessFrozenAsync(HttpContext http)
    {
        if (http.Connection.LocalPort == _frozen)
        {
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        }
    }

    private static RouteVersion Version(string? text) => new(long.Parse(text!, CultureInfo.InvariantCulture));
}
