using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Schedules;
using EndpointSync.Tests.Torture.Subjects;

namespace EndpointSync.Tests.Torture.Actors;

/// <summary>A steady load on one worker: a request at a time, for paths that are routed, were, or will be.</summary>
internal sealed class Load(ISubject subject, int worker, int seed, SlotBook book, Recorder recorder)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var random = new Random(seed + worker);
        while (!cancellationToken.IsCancellationRequested)
        {
            var min = random.Next(10) == 0 ? book.Newest : 0;
            await AskAsync(book.SomePath(random), min, isLast: false, cancellationToken);
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Asks for every slot once, at rest.</summary>
    public async Task AskEverythingAsync(CancellationToken cancellationToken)
    {
        for (var slot = 0; slot < Slots.Count; slot++)
        {
            await AskAsync(book.PathOf(slot), min: 0, isLast: true, cancellationToken);
        }
    }

    private async Task AskAsync(string path, long min, bool isLast, CancellationToken cancellationToken)
    {
        try
        {
            if (await subject.AskAsync(worker, path, min, cancellationToken) is { } answer)
            {
                recorder.Add(answer with { IsLast = isLast });
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The run ends.
        }
    }
}
