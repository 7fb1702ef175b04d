namespace EndpointSync.Tests.Outages.Failover;

/// <summary>Tests that look at the clock run one after the other and beside no other test.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}
