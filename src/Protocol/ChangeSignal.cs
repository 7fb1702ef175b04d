namespace EndpointSync.Core;

/// <summary>
/// Wakes every waiter at the next change. Take <see cref="Next"/> before you read what may change; otherwise you can
/// miss a change.
/// </summary>
internal sealed class ChangeSignal
{
    private volatile TaskCompletionSource _next = New();

    /// <summary>Completes with the next change.</summary>
    public Task Next => _next.Task;

    /// <summary>Wakes all current waiters; none of them continues on the caller's thread.</summary>
    public void Raise() => Interlocked.Exchange(ref _next, New()).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
