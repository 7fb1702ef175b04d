using EndpointSync.Grains.Postgres;
using EndpointSync.Publishing;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// Runs a registry's syncs against their deadline: what Postgres may accept the next time is tried again with jitter, and every end, good or bad,
/// becomes a receipt.
/// </summary>
internal sealed partial class RegistrySynchronizer(
    RegistryDatabase database, RegistryPreparation preparation, SyncStore store, TimeProvider clock, ILogger<RegistrySynchronizer> logger)
{
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestRetryDelay = TimeSpan.FromSeconds(1);

    // Longer than Postgres takes to restart, shorter than its callers' patience; retries behind the answer go on.
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(3);

    // A server that says nothing does not hear that it is to cancel either, and Npgsql waits for it. Such an attempt is left to itself: it is no danger,
    // because its transaction decides what it does.
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(2);

    private readonly ResiliencePipeline<SyncResult> _retries = new ResiliencePipelineBuilder<SyncResult> { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions<SyncResult>
        {
            ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Exception is { } failure && SqlStates.IsTransient(failure)),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = FirstRetryDelay,
            MaxDelay = LongestRetryDelay,
        })
        .Build();

    /// <summary>Brings the registry in line, or says why not.</summary>
    /// <param name="callers">How many callers share the sync.</param>
    /// <param name="scope">What they want to be current.</param>
    /// <param name="committed">Called with a new version's changes as soon as it is committed, if they are few.</param>
    public async Task<ReloadReceipt> SyncAsync(int callers, ReloadScope scope = ReloadScope.Everything, Action<RouteDelta>? committed = null)
    {
        var run = new Run(clock.GetUtcNow(), clock.GetTimestamp(), callers, scope);
        using var deadline = new CancellationTokenSource(database.Limits.Deadline, clock);
        try
        {
            var result = await SyncAsync(run, committed, deadline.Token).WaitAsync(database.Limits.Deadline + CancelPatience, clock);
            return Receipt(run, result);
        }
        catch (Exception failure) when (SqlStates.Describe(run.LastFailure(failure)) is { } problem)
        {
            return await FailAsync(run, problem);
        }
    }

    private async Task<SyncResult> SyncAsync(Run run, Action<RouteDelta>? committed, CancellationToken deadline) =>
        await _retries.ExecuteAsync(async token => await AttemptAsync(run, committed, token), deadline);

    private async ValueTask<SyncResult> AttemptAsync(Run run, Action<RouteDelta>? committed, CancellationToken cancellationToken)
    {
        run.Attempts++;
        try
        {
            await preparation.EnsureAsync(cancellationToken);
            return await store.SyncAsync(run.Callers, run.Scope, committed, cancellationToken);
        }
        catch (Exception failure) when (SqlStates.IsUnreachable(failure) && clock.GetElapsedTime(run.Started) > ConnectPatience)
        {
            throw new DatabaseAwayException(failure);
        }
        catch (Exception failure) when (SqlStates.IsTransient(failure))
        {
            run.Transient = failure;
            if (SqlStates.NeedsNewConnection(failure))
            {
                database.Reconnect();
            }
            throw;
        }
        catch (Exception failure) when (SqlStates.IsUnprepared(failure))
        {
            preparation.Forget();
            throw;
        }
    }

    private async Task<ReloadReceipt> FailAsync(Run run, ReloadProblem problem)
    {
        LogFailed(database.Name, run.Attempts, problem.SqlState, problem.Meaning, problem.Detail);
        await store.TryOweAsync(problem.Meaning);
        return new ReloadReceipt
        {
            Registry = database.Name,
            Outcome = ReloadOutcome.Failed,
            Problem = problem,
            Callers = run.Callers,
            Silo = database.Author,
            Timings = Timings(run, TimeSpan.Zero),
        };
    }

    private ReloadReceipt Receipt(Run run, SyncResult result) => new()
    {
        Registry = database.Name,
        Outcome = result.Outcome,
        Version = result.Version,
        PreviousVersion = result.PreviousVersion,
        EndpointsSynced = result.EndpointsSynced,
        EndpointsDeferred = result.EndpointsDeferred,
        RoutesAdded = result.Routes.Added,
        RoutesChanged = result.Routes.Changed,
        RoutesRemoved = result.Routes.Removed,
        Rejected = result.Rejected,
        Callers = run.Callers,
        Silo = database.Author,
        Timings = Timings(run, result.LockHeld),
        Problem = result.Outcome == ReloadOutcome.Skipped ? WhySkipped(result) : null,
        LockHolder = result.LockHolder,
    };

    private static ReloadProblem WhySkipped(SyncResult result) => result.EndpointsDeferred > 0
        ? new ReloadProblem(
            null, "Other sessions have the rows of every due endpoint open. The registry stays due and is retried.", $"{result.EndpointsDeferred} endpoints are due.")
        : new ReloadProblem(
            null, "Another process holds the registry's lock. The registry stays due and is retried.",
            $"Held by {result.LockHolder?.ToString() ?? "a session that has ended meanwhile"}.");

    private ReloadTimings Timings(Run run, TimeSpan lockHeld) =>
        new() { StartedAt = run.StartedAt, Total = clock.GetElapsedTime(run.Started), Attempts = run.Attempts, LockHeld = lockHeld };

    [LoggerMessage(1201, LogLevel.Warning, "Reload of {Registry} failed after {Attempts} attempts ({SqlState}): {Meaning} {Detail}")]
    private partial void LogFailed(string registry, int attempts, string? sqlState, string meaning, string detail);

    private sealed record Run(DateTimeOffset StartedAt, long Started, int Callers, ReloadScope Scope)
    {
        public int Attempts { get; set; }

        public Exception? Transient { get; set; }

        // When the deadline cuts a retry short, the reason to tell is the failure that was being retried.
        public Exception LastFailure(Exception failure) =>
            failure is OperationCanceledException or TimeoutException ? Transient ?? new OperationCanceledException(failure.Message, failure) : failure;
    }
}
