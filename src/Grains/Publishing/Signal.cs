namespace EndpointSync.Grains.Publishing;

/// <summary>Lets any number of waiters wait for the next change. Take <see cref="Next"/> before looking at what may change, or a change is missed.</summary>
internal sealed class Signal
{
    private volatile TaskCompletionSource _next = New();

    public Task Next => _next.Task;

    public void Raise() => Interlocked.Exchange(ref _next, New()).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
