using EndpointSync.Core;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Preparation;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Wire;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// Attempts a registry's sync until it succeeds or the deadline passes. Failures that may not repeat are retried with
/// jitter. Every end, good or bad, is a receipt.
/// </summary>
internal sealed partial class SyncAttempts(
    RegistryDatabase database, RegistryPreparation preparation, SyncSession session, PinSession pins,
    TimeProvider clock, ILogger<SyncAttempts> logger)
{
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestRetryDelay = TimeSpan.FromSeconds(1);

    // Longer than Postgres takes to restart, shorter than callers wait. Retries continue in the background.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    // A frozen server does not react to a cancel request, and Npgsql waits for it. Such an attempt is abandoned. That
    // is harmless, because the attempt's transaction commits as a whole or not at all.
    private static readonly TimeSpan CancelTimeout = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan SameRefusalInterval = TimeSpan.FromHours(1);

    private readonly ResiliencePipeline<SyncResult> _retries =
        new ResiliencePipelineBuilder<SyncResult> { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions<SyncResult>
        {
            ShouldHandle = attempt => ValueTask.FromResult(
                attempt.Outcome.Exception is { } failure && SqlStates.IsTransient(failure)),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = FirstRetryDelay,
            MaxDelay = LongestRetryDelay,
        })
        .Build();

    private ReloadProblem? _refusal;
    private long _refusedAt;

    /// <summary>
    /// Makes the registry's routes match its endpoints, finds that they match, or reports why they do not.
    /// </summary>
    /// <param name="request">The requested scope and the number of callers.</param>
    public Task<SyncResult> RunUntilDeadlineAsync(ReloadRequest request) => RunUntilDeadlineAsync(
        new Run(
            request.Callers, cancellationToken => session.RunAsync(request, rollout: null, cancellationToken),
            // Recorded changes of routes stay recorded. A pending sync would publish edits that nobody asked for.
            request.Scope == ReloadScope.Everything
                ? problem => session.TryRecordPendingAsync(problem.Meaning, request)
                : null,
            clock));

    /// <summary>The same for a version that is rolled out by rings. It is not repeated after the deadline.</summary>
    /// <param name="request">What the sync may do.</param>
    /// <param name="rollout">The rollout.</param>
    public Task<SyncResult> RunUntilDeadlineAsync(ReloadRequest request, RolloutOrder rollout) => RunUntilDeadlineAsync(
        new Run(
            request.Callers, cancellationToken => session.RunAsync(request, rollout, cancellationToken),
            recordPending: null, clock));

    /// <summary>Carries out a rollback, or ends a pin and syncs, or reports why not.</summary>
    /// <param name="request">The request. It is not repeated after the deadline.</param>
    public Task<SyncResult> RunUntilDeadlineAsync(PinRequest request) => RunUntilDeadlineAsync(
        new Run(1, cancellationToken => pins.RunAsync(request, cancellationToken), recordPending: null, clock));

    private async Task<SyncResult> RunUntilDeadlineAsync(Run run)
    {
        using var deadline = new CancellationTokenSource(database.Limits.Deadline, clock);
        try
        {
            var attempts = _retries.ExecuteAsync(async token => await AttemptAsync(run, token), deadline.Token);
            return run.Complete(await attempts.AsTask().WaitAsync(database.Limits.Deadline + CancelTimeout, clock));
        }
        catch (Exception failure) when (ProblemOf(run.LastFailure(failure)) is { } problem)
        {
            if (failure is not SyncRefusedException || IsNews(problem))
            {
                LogFailed(database.Name, run.Attempts, problem.SqlState, problem.Meaning, problem.Detail);
            }

            return await FailAsync(run, problem);
        }
        catch (Exception failure)
        {
            LogFailedUnexpectedly(failure, database.Name, run.Attempts);
            return await FailAsync(run, new ReloadProblem(
                null, "The sync failed for a reason that EndpointSync does not know. The registry stays due and is "
                + "retried.", $"{failure.GetType().Name}: {failure.Message}"));
        }
    }

    // The poll finds the refused sync pending again and again.
    private bool IsNews(ReloadProblem refusal)
    {
        if (refusal == _refusal && clock.GetElapsedTime(_refusedAt) < SameRefusalInterval)
        {
            return false;
        }

        (_refusal, _refusedAt) = (refusal, clock.GetTimestamp());
        return true;
    }

    private async Task<SyncResult> FailAsync(Run run, ReloadProblem problem)
    {
        if (run.RecordPending is { } record)
        {
            await record(problem);
        }

        return run.Complete(SyncResult.Failed(database, problem));
    }

    private static ReloadProblem? ProblemOf(Exception failure) => failure switch
    {
        SyncRefusedException refused => refused.Problem,
        _ => SqlStates.Describe(failure),
    };

    private async ValueTask<SyncResult> AttemptAsync(Run run, CancellationToken cancellationToken)
    {
        run.Attempts++;
        try
        {
            await preparation.EnsureAsync(cancellationToken);
            return await run.AttemptAsync(cancellationToken);
        }
        catch (Exception failure) when (SqlStates.IsUnreachable(failure) && run.Elapsed > ConnectTimeout)
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

    [LoggerMessage(
        1201, LogLevel.Warning,
        "Reload of {Registry} failed after {Attempts} attempts ({SqlState}): {Meaning} {Detail}")]
    private partial void LogFailed(string registry, int attempts, string? sqlState, LogText meaning, LogText detail);

    [LoggerMessage(
        1202, LogLevel.Error,
        "Reload of {Registry} failed after {Attempts} attempts with an unexpected error. The registry stays due and "
        + "is retried.")]
    private partial void LogFailedUnexpectedly(Exception failure, string registry, int attempts);

    private sealed class Run(
        int callers, Func<CancellationToken, Task<SyncResult>> attempt, Func<ReloadProblem, Task>? recordPending,
        TimeProvider clock)
    {
        private readonly DateTimeOffset _startedAt = clock.GetUtcNow();
        private readonly long _started = clock.GetTimestamp();

        /// <summary>Records that a sync is pending because all attempts failed; null if none is to be.</summary>
        public Func<ReloadProblem, Task>? RecordPending => recordPending;

        public int Attempts { get; set; }

        /// <summary>The last failure that was retried.</summary>
        public Exception? Transient { get; set; }

        public Task<SyncResult> AttemptAsync(CancellationToken cancellationToken) => attempt(cancellationToken);

        public TimeSpan Elapsed => clock.GetElapsedTime(_started);

        // When the deadline cuts a retry short, the failure that was being retried is the reason to report.
        public Exception LastFailure(Exception failure) =>
            failure is OperationCanceledException or TimeoutException
                ? Transient ?? new OperationCanceledException(failure.Message, failure)
                : failure;

        public SyncResult Complete(SyncResult result) => result with
        {
            Receipt = result.Receipt with
            {
                Callers = callers,
                Timings = result.Receipt.Timings with { StartedAt = _startedAt, Total = Elapsed, Attempts = Attempts },
            },
        };
    }
}
