using System.Diagnostics;
using EndpointSync.Worker.Dispatch;
using EndpointSync.Worker.Probing;
using EndpointSync.Worker.Serving;
using EndpointSync.Worker.Snapshots;
using EndpointSync.Worker.Telemetry;
using EndpointSync.Core;
using EndpointSync.Wire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Worker.Feed;

/// <summary>
/// Keeps the worker at the newest version. Each step reports the served version, gets the changes, applies them, and
/// confirms the new version with a request to the worker itself. One loop does all steps, so versions are applied in
/// order.
/// </summary>
internal sealed partial class FeedLoop(
    WorkerIdentity worker, FeedCalls calls, FeedReader reader, CurrentRoutes current, WorkerState state,
    SelfProbe probe, AppDirectory apps, FeedOutage outage, SnapshotStore snapshots, WorkerTelemetry telemetry,
    IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<FeedLoop> logger)
    : BackgroundService
{
    private const int MostLags = 3;

    // A silo with nothing new holds a poll at least this long; if it answers sooner, it would answer the next poll as
    // soon.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(1);

    private readonly JitteredBackoff _delays = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));
    private AppRoutes? _appRoutes;
    private bool _appsAreFinal;
    private bool _isWatched;
    private int _idle;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await snapshots.LoadAsync(cancellationToken) is { } image)
        {
            current.Swap(Served(image, fromSnapshot: true, trace: null));
        }

        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (calls.IsConnected)
        {
            // If this call fails, the worker's lease ends and the silos drop the worker.
            await calls.LeaveAsync(LeaveTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await StepAsync(stoppingToken);
                outage.Ended();
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                outage.Began(failure);
                await PauseAsync(stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task StepAsync(CancellationToken stoppingToken)
    {
        await ConfirmAsync(stoppingToken);
        if (await outage.MoveAsync(stoppingToken))
        {
            telemetry.CountSiloSwitch();
        }

        var own = current.Routes?.Image ?? RouteImage.Empty;
        var asked = clock.GetTimestamp();
        if (await NewsAsync(own, stoppingToken) is not { } news)
        {
            return;
        }

        state.NewestSeen = news.Newest.Version;
        _isWatched = news.IsWatched;
        if (await TakeUpAsync(news, own, stoppingToken)
            || (news.Newest == own.TableId && clock.GetElapsedTime(asked) > ShortestWait))
        {
            _idle = 0;
        }
        else
        {
            // An immediate answer without changes: the silo is stopping, or it is behind.
            await PauseAsync(stoppingToken);
        }

        state.ImageProblem = Behind(news.Newest.Version);
        if (news.IsStopping || state.ImageProblem is not null)
        {
            outage.Leave();
        }
    }

    private async Task<bool> TakeUpAsync(News news, RouteImage own, CancellationToken stoppingToken)
    {
        var begun = clock.GetTimestamp();
        using var span = WorkerSpans.StartSwap(worker, news.Newest.Version, news.Trace);
        var reading = await reader.ReadAsync(news, ReportOf(own), own, stoppingToken) ?? Confirmed(news, own);
        var isPut = reading is not null && Put(reading, own, TraceParent.Of(span) ?? news.Trace);
        if (isPut)
        {
            telemetry.RecordSwap(clock.GetElapsedTime(begun));
        }

        return isPut;
    }

    // The silo has the table that the worker has from a snapshot, or the registry has no routes.
    private Reading? Confirmed(News news, RouteImage own) =>
        current.Routes is not { FromSnapshot: false } && news.Newest == own.TableId ? new Reading(own, null) : null;

    // Null when the server has started meanwhile, which makes the first probe possible.
    private async Task<News?> NewsAsync(RouteImage own, CancellationToken stoppingToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, Started);
        try
        {
            var news = await calls.NextAsync(ReportOf(own), LongestWait(own), ended.Token);
            telemetry.Count(news.Delta is null ? QuestionOutcome.Nothing : QuestionOutcome.News);
            return news;
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception) when (!stoppingToken.IsCancellationRequested)
        {
            telemetry.Count(QuestionOutcome.Failed);
            throw;
        }
    }

    // The first answer of a silo must not wait for a change: the worker may have the newest table from a snapshot. It
    // counts from that question on, before it has a table. While the worker has not confirmed its version, it must
    // probe itself again soon.
    private TimeSpan LongestWait(RouteImage own) =>
        current.Routes is not { FromSnapshot: false } && _idle == 0 ? TimeSpan.Zero
        : state.Confirmed != own.Version || state.ProbeProblem is not null ? _delays.Before(_idle++)
        : FeedProtocol.LongPollTimeout;

    // Only a version that a request to the worker itself has confirmed is reported. Before the server has started, none
    // can be.
    private async Task ConfirmAsync(CancellationToken stoppingToken)
    {
        if (current.Routes is not { } routes || !lifetime.ApplicationStarted.IsCancellationRequested)
        {
            return;
        }

        if (!_appsAreFinal)
        {
            _appsAreFinal = true;
            telemetry.Begin();
            CheckApps(AppRoutes.Of(routes.Image, apps.Handles));
        }

        if (state.Confirmed == routes.Version && state.ProbeProblem is null)
        {
            return;
        }

        using var span = WorkerSpans.StartConfirm(worker, routes);
        var problem = await probe.FindProblemAsync(routes.Version, stoppingToken);
        if (problem is null)
        {
            state.Confirmed = routes.Version;
            telemetry.RecordConfirm(clock.GetUtcNow() - routes.SwappedAt);
        }
        else if (problem != state.ProbeProblem)
        {
            LogNotServed(worker.Name, worker.Registry, routes.Version, problem);
        }

        span?.SetStatus(problem is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error, problem);
        state.ProbeProblem = problem;
    }

    private WorkerReport ReportOf(RouteImage own) =>
        new(worker.Id, worker.Name, state.Confirmed, state.ToReport(), own.TableId)
        {
            Ring = worker.Ring,
            Answers = _isWatched ? current.CountAnswers() : [],
        };

    private bool Put(Reading reading, RouteImage own, string? trace)
    {
        if (!current.Swap(Served(reading.Image, fromSnapshot: false, trace)))
        {
            return false;
        }

        if (_appsAreFinal)
        {
            CheckApps(reading.Changes is { } changes && _appRoutes is { } before
                ? before.Apply(own, changes)
                : AppRoutes.Of(reading.Image, apps.Handles));
        }

        snapshots.Changed();
        LogServes(worker.Name, reading.Image.Version, worker.Registry, reading.Image.Table.Count);
        return true;
    }

    private ServedRoutes Served(RouteImage image, bool fromSnapshot, string? trace) =>
        new(image, fromSnapshot) { SwappedAt = clock.GetUtcNow(), Trace = trace };

    private void CheckApps(AppRoutes routes)
    {
        _appRoutes = routes;
        if (routes.Problem is { } problem && problem != state.AppsProblem)
        {
            LogNoHandler(worker.Name, worker.Registry, problem);
        }

        state.AppsProblem = routes.Problem;
    }

    // A silo that lags for a moment is not a problem of the worker, and a reported problem would exclude the worker
    // from convergence.
    private string? Behind(RouteVersion newest) =>
        current.Routes is { } routes && newest < routes.Version && _idle > MostLags
        ? $"serves version {routes.Version}, but the silo's newest is {newest}"
        : null;

    // The server's start makes the first probe possible, so it ends waits at once.
    private CancellationToken Started =>
        lifetime.ApplicationStarted.IsCancellationRequested ? CancellationToken.None : lifetime.ApplicationStarted;

    private async Task PauseAsync(CancellationToken stoppingToken)
    {
        using var wake = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, Started);
        await Task.Delay(_delays.Before(_idle++), clock, wake.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [LoggerMessage(3103, LogLevel.Information, "Worker {Name} serves version {Version} of {Registry}: {Count} routes")]
    private partial void LogServes(string name, RouteVersion version, string registry, int count);

    [LoggerMessage(
        3108, LogLevel.Warning,
        "Worker {Name} of {Registry} has version {Version} but cannot confirm that it serves it: {Reason}. It "
        + "retries until it can")]
    private partial void LogNotServed(string name, string registry, RouteVersion version, LogText reason);

    [LoggerMessage(
        3109, LogLevel.Warning,
        "Worker {Name} of {Registry} cannot serve every route: {Problem}. It answers those with 501 and serves all "
        + "others")]
    private partial void LogNoHandler(string name, string registry, LogText problem);
}
