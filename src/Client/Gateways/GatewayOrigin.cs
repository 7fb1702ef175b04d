namespace EndpointSync.Client.Gateways;

/// <summary>Where a client learns of its gateways, in words for errors and logs.</summary>
/// <param name="Place">Where, as "through ..." continues.</param>
/// <param name="Advice">What to check while no gateway answers.</param>
internal sealed record GatewayOrigin(string Place, string Advice)
{
    private const string Ids = "Check that a silo runs, that it has the same ClusterId";
    private const string Section = EndpointSyncClientOptions.Section;

    private const string Advertised =
        "that this machine reaches the address and gateway port that the silo advertises.";

    public static GatewayOrigin Of(EndpointSyncClientOptions options) => options switch
    {
        { Gateways.Count: > 0 } => new GatewayOrigin(
            $"the gateways {string.Join(", ", options.Gateways)} ({Section}:Gateways)",
            $"{Ids} and ServiceId as this client ({Section}), and that this machine reaches these gateway ports."),
        { Silos.Count: > 0 } => new GatewayOrigin(
            $"the HTTP API of {string.Join(", ", options.Silos)} ({Section}:Silos)",
            $"{Ids} and ServiceId as this client ({Section}), that this machine reaches its URL, and {Advertised}"),
        _ => new GatewayOrigin(
            $"the list of its silos in {MembershipDatabase.Parse(options.ConnectionString)}",
            $"{Ids}, ServiceId and ConnectionString as this client ({Section}), and {Advertised}"),
    };
}
