using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Subjects;

namespace EndpointSync.Tests.Torture.Actors;

/// <summary>Asks silos for reloads, with and without a wait.</summary>
internal sealed class Reloader(ISubject subject, SlotBook book) : IActor
{
    public async Task DoAsync(Planned step, CancellationToken cancellationToken)
    {
        var reload = await subject.ReloadAsync(step.Target, step.What, cancellationToken);
        if (reload.IsInSync)
        {
            book.Receive(reload.Version);
        }
    }
}
