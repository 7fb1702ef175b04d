using System.Security.Authentication;
using EndpointSync.Core;
using EndpointSync.Worker;
using EndpointSync.Worker.Feed;
using EndpointSync.Worker.Serving;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Worker;

/// <summary>What a worker says of silos that give it nothing: once, but all that an operator has to know.</summary>
public sealed class FeedOutageTests
{
    private static readonly string[] Told = ["it did not answer", "PartialChain"];

    [Fact]
    public void A_silo_that_was_slow_once_does_not_hide_that_its_certificate_is_refused()
    {
        using var log = new LogCapture();
        var identity = new WorkerIdentity("openspp", "one");
        var options = new WorkerOptions();
        using var connections = new SiloConnections(
            identity, options, TimeProvider.System, log.CreateLogger<SiloConnections>());
        var client = new SiloClient(
            identity, options, new SiloKey(key: null, keyFile: null), connections, TimeProvider.System,
            log.CreateLogger<SiloClient>());
        var calls = new FeedCalls(
            identity, new SiloList(["https://127.0.0.1:1"]), client, TimeProvider.System,
            log.CreateLogger<FeedCalls>());
        var outage = new FeedOutage(
            identity, calls, new CurrentRoutes(TimeProvider.System), new WorkerState(),
            log.CreateLogger<FeedOutage>());
        var late = new SiloException(SiloFailure.Unavailable, "it did not answer");
        var refused = new SiloException(
            SiloFailure.Unavailable, "PartialChain",
            new HttpRequestException("", new AuthenticationException("PartialChain")));

        for (var outages = 1; outages <= 2; outages++)
        {
            outage.Began(late);
            outage.Began(refused);
            outage.Began(late);
            outage.Began(refused);

            Assert.Equal(
                Enumerable.Repeat(Told, outages).SelectMany(told => told),
                log.Entries.Where(entry => entry.EventId == 3105)
                    .Select(entry => entry.Message.Split(": ")[1].Split(" It keeps")[0].TrimEnd('.')));
            outage.Ended();
        }
    }
}
