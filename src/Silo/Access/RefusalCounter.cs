using System.Diagnostics.Metrics;
using EndpointSync.Core;

namespace EndpointSync.Silo.Access;

/// <summary>Counts the requests that this silo refused because of who asks.</summary>
internal sealed class RefusalCounter
{
    private readonly Counter<long> _refusals;

    public RefusalCounter(IMeterFactory meters)
    {
        _refusals = meters.Create(TelemetryNames.Source).CreateCounter<long>(
            TelemetryNames.Refusals, "{request}", "Requests that were refused because of who asks, or how often");
        // A rate over a counter that appears with its first event does not see that event.
        foreach (var reason in Enum.GetValues<RefusalReason>())
        {
            Add(0, reason);
        }
    }

    public void Count(RefusalReason reason) => Add(1, reason);

    private void Add(int count, RefusalReason reason) =>
        _refusals.Add(count, KeyValuePair.Create<string, object?>(TelemetryNames.Reason, $"{reason}"));
}

/// <summary>Why a request was refused before its operation saw it.</summary>
internal enum RefusalReason
{
    /// <summary>It had no valid credential: 401.</summary>
    Unauthenticated,

    /// <summary>Its credential's role is not enough: 403.</summary>
    Forbidden,

    /// <summary>Its caller asks too often: 429.</summary>
    TooMany,

    /// <summary>Its credential could not be checked: 503.</summary>
    Unchecked,
}
