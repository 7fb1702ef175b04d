namespace EndpointSync.Client.Workers.Connection;

/// <summary>Tells whoever waits for an answer that a gateway was lost, and with it perhaps the silo that holds the answer.</summary>
#pragma warning disable CA1001 // Never disposed: whoever took a token may still link to it, and a source without a timer holds nothing to give back.
internal sealed class GatewayLoss
#pragma warning restore CA1001
{
    private CancellationTokenSource _next = new();

    /// <summary>Is cancelled by the next loss. Take it before the call that it is to end.</summary>
    public CancellationToken Next => Volatile.Read(ref _next).Token;

    // Without waiting: whoever is told goes on elsewhere, and not on the thread that Orleans tells this on.
    public void Tell() => Interlocked.Exchange(ref _next, new CancellationTokenSource()).CancelAsync();
}
