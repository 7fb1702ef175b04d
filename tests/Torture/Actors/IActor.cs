using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Actors;

/// <summary>Does the steps that the schedule has for it, one after the other.</summary>
internal interface IActor
{
    Task DoAsync(Planned step, CancellationToken cancellationToken);
}
