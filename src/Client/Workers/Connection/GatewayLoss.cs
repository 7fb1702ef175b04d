namespace EndpointSync.Client.Workers.Connection;

/// <summary>
/// Cancels waiting calls when a gateway is lost, because the silo that holds the answer may be lost with it.
/// </summary>
// Never disposed: a caller may still link to the token, and a source without a timer holds no resources.
#pragma warning disable CA1001
internal sealed class GatewayLoss
#pragma warning restore CA1001
{
    private CancellationTokenSource _next = new();

    /// <summary>Cancelled by the next loss. Take it before the call that it should end.</summary>
    public CancellationToken Next => Volatile.Read(ref _next).Token;

    // Not awaited: callbacks run on other threads, and not on the thread of Orleans' notification.
    public void Raise() => Interlocked.Exchange(ref _next, new CancellationTokenSource()).CancelAsync();
}
