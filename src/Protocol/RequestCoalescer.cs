using System.Diagnostics;

namespace EndpointSync.Core;

/// <summary>
/// Shares the next run of an operation among all callers that ask before it begins. A caller never joins a run that has
/// begun, because that run may have read the database before the caller's own edit was committed. A storm of any size
/// costs the current run plus one.
/// </summary>
/// <param name="run">The operation; it receives the merged request of all callers that share the run.</param>
/// <param name="merge">Combines two requests into one that satisfies both.</param>
internal sealed class RequestCoalescer<TRequest, TResult>(
    Func<TRequest, Task<TResult>> run, Func<TRequest, TRequest, TRequest> merge)
{
    private readonly Lock _lock = new();
    private NextRun? _next;
    private TaskCompletionSource? _running;

    /// <summary>Completes when no run is active or waiting.</summary>
    public Task Idle
    {
        get
        {
            lock (_lock)
            {
                return _running?.Task ?? Task.CompletedTask;
            }
        }
    }

    /// <summary>Joins the next run. Cancellation ends the caller's wait, never the run.</summary>
    public Task<TResult> JoinNextAsync(TRequest request, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_running is not null)
            {
                _next = _next is null ? new NextRun(request) : _next.With(merge(_next.Request, request));
                return _next.Result.Task.WaitAsync(cancellationToken);
            }

            _running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        // A lone caller starts a run at once. A caller that arrives a moment later gets the next run.
        var result = RunAloneAsync(request);
        result.IgnoreFailure();
        return result.WaitAsync(cancellationToken);
    }

    // The waiting run starts before this run's only caller continues. The caller continues on the thread that completed
    // the run: a thread switch takes longer than everything else here, and nothing else waits for the caller's next
    // step.
    private async Task<TResult> RunAloneAsync(TRequest request)
    {
        try
        {
            return await run(request);
        }
        finally
        {
            _ = RunWaitingAsync();
        }
    }

    private async Task RunWaitingAsync()
    {
        // It would otherwise be traced as a part of the request that happened to run before.
        Activity.Current = null;
        while (TryTakeNext(out var next))
        {
            await RunAsync(next);
        }
    }

    private bool TryTakeNext([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out NextRun? next)
    {
        lock (_lock)
        {
            next = _next;
            _next = null;
            if (next is null)
            {
                _running!.SetResult();
                _running = null;
            }

            return next is not null;
        }
    }

    private async Task RunAsync(NextRun next)
    {
        try
        {
            next.Result.SetResult(await run(next.Request));
        }
        catch (Exception exception)
        {
            next.Result.SetException(exception);
            // All callers may have stopped waiting; reading the exception keeps it from being reported as unobserved.
            _ = next.Result.Task.Exception;
        }
    }

    private sealed class NextRun(TRequest request)
    {
        public TRequest Request { get; private set; } = request;

        // Many callers share the result: none of them may continue on a thread that the others wait for.
        public TaskCompletionSource<TResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public NextRun With(TRequest merged)
        {
            Request = merged;
            return this;
        }
    }
}

/// <summary>Coalesces callers whose requests are all the same.</summary>
/// <param name="run">The operation.</param>
internal sealed class RequestCoalescer<TResult>(Func<Task<TResult>> run)
{
    private readonly RequestCoalescer<bool, TResult> _coalescer = new(_ => run(), static (same, _) => same);

    /// <inheritdoc cref="RequestCoalescer{TRequest, TResult}.Idle" />
    public Task Idle => _coalescer.Idle;

    /// <inheritdoc cref="RequestCoalescer{TRequest, TResult}.JoinNextAsync" />
    public Task<TResult> JoinNextAsync(CancellationToken cancellationToken) =>
        _coalescer.JoinNextAsync(false, cancellationToken);
}
