namespace EndpointSync.Client;

/// <summary>
/// Asks silos to make a registry current, whichever gateways lead to them: one after the other, each a little later, while those that were asked
/// before may still answer. A silo that has the coordinator's answer, or does without it, answers.
/// </summary>
internal sealed class Doors(IGrainFactory grains, TimeProvider clock) : IStandIn
{
    // A door stays with its gateway, and a door that is asked for the first time gets the next gateway, so a few lead through all. A power of two.
    private const int Count = 16;

    private readonly RetryDelays _delays = new(TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(5));
    private int _last;

    public TimeSpan Patience { get; } = TimeSpan.FromMilliseconds(500);

    public async Task<ReloadReceipt> ReloadAsync(string registry, ReloadRequest request, CancellationToken answered)
    {
        List<Task<ReloadReceipt>> asked = [];
        for (var door = 0; ; door++)
        {
            // The callers are counted once, at however many doors they are spoken for.
            asked.Add(AskNextAsync(registry, door == 0 ? request : request with { Callers = 0 }));
            if (await FirstReceiptAsync(asked, _delays.Before(door), answered) is { } receipt)
            {
                return receipt;
            }

            answered.ThrowIfCancellationRequested();
        }
    }

    private Task<ReloadReceipt> AskNextAsync(string registry, ReloadRequest request)
    {
        var door = grains.GetGrain<IReloadDoorGrain>(Interlocked.Increment(ref _last) & (Count - 1));
        var asked = door.ReloadAsync(registry, request, CancellationToken.None);
        asked.Ignore();
        return asked;
    }

    // A door that refuses is no answer while another one may give one.
    private async Task<ReloadReceipt?> FirstReceiptAsync(List<Task<ReloadReceipt>> asked, TimeSpan patience, CancellationToken answered)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(answered);
        var waited = Task.Delay(patience, clock, ended.Token);
        while (await Task.WhenAny([waited, .. asked]) is Task<ReloadReceipt> door)
        {
            if (door.IsCompletedSuccessfully || asked.Count == 1)
            {
                await ended.CancelAsync();
                return await door;
            }

            asked.Remove(door);
        }

        return null;
    }
}
