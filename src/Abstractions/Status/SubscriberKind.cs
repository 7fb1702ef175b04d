namespace EndpointSync;

/// <summary>The kind of a subscriber.</summary>
[GenerateSerializer, Alias("endpointsync.subscriber-kind")]
public enum SubscriberKind
{
    /// <summary>A silo, with the subscribed grains on it.</summary>
    Silo,

    /// <summary>A process that answers HTTP by a route table.</summary>
    Worker,
}
