namespace EndpointSync;

/// <summary>What a subscriber is.</summary>
[GenerateSerializer, Alias("EndpointSync.SubscriberKind")]
public enum SubscriberKind
{
    /// <summary>A silo, with the grains on it that are subscribed.</summary>
    Silo,

    /// <summary>A process that answers HTTP by a route table.</summary>
    Worker,
}
