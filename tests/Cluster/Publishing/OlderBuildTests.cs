using EndpointSync.Wire;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace EndpointSync.Tests.Cluster.Publishing;

/// <summary>
/// Silos of two builds in one cluster, as during an update: what one sends with a place in a trace, an older one reads,
/// and the other way round.
/// </summary>
public sealed class OlderBuildTests : IDisposable
{
    private const string Place = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    private Serializer Serializer => _services.GetRequiredService<Serializer>();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void A_publication_is_read_by_an_older_silo()
    {
        var sent = new RoutePublication("openspp", new RouteVersion(7), Delta: null) { Trace = Place };

        Assert.Equal(
            new OlderPublication("openspp", new RouteVersion(7)), Resent<RoutePublication, OlderPublication>(sent));
        Assert.Equal(sent, Resent<RoutePublication, RoutePublication>(sent));
    }

    [Fact]
    public void The_publication_of_an_older_silo_has_no_place_in_a_trace() => Assert.Equal(
        new RoutePublication("openspp", new RouteVersion(7), Delta: null),
        Resent<OlderPublication, RoutePublication>(new OlderPublication("openspp", new RouteVersion(7))));

    [Fact]
    public void A_request_is_read_by_an_older_coordinator()
    {
        var sent = new ReloadRequest(Callers: 3, ReloadScope.Routes, Attach: true) { Traces = [Place] };

        Assert.Equal(
            new OlderRequest(3, ReloadScope.Routes, TimeSpan.Zero, false, true),
            Resent<ReloadRequest, OlderRequest>(sent));
        Assert.Equal([Place], Resent<ReloadRequest, ReloadRequest>(sent).Traces);
    }

    [Fact]
    public void The_request_of_an_older_silo_is_part_of_no_trace()
    {
        var received = Resent<OlderRequest, ReloadRequest>(
            new OlderRequest(3, ReloadScope.Routes, TimeSpan.Zero, false, true));

        Assert.Equal((3, ReloadScope.Routes, true), (received.Callers, received.Scope, received.Attach));
        Assert.Empty(received.Traces);
    }

    private TReceived Resent<TSent, TReceived>(TSent sent) =>
        Serializer.Deserialize<TReceived>(Serializer.SerializeToArray(sent))!;
}

/// <summary>A publication as it was before it had a place in a trace.</summary>
[GenerateSerializer, Alias("test.older-publication")]
internal sealed record OlderPublication([property: Id(0)] string Registry, [property: Id(1)] RouteVersion Version);

/// <summary>A request as it was before it had places in traces.</summary>
[GenerateSerializer, Alias("test.older-request")]
internal sealed record OlderRequest(
    [property: Id(0)] int Callers, [property: Id(1)] ReloadScope Scope, [property: Id(2)] TimeSpan LockTimeout,
    [property: Id(3)] bool AllowMassRemoval, [property: Id(4)] bool Attach);
