using EndpointSync.Worker;
using EndpointSync.Worker.Feed;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace EndpointSync.Tests.Worker;

public sealed class SiloConnectionsTests
{
    [Fact]
    public void A_worker_says_that_its_certificate_ends_soon_until_it_has_the_next_one()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var pair = new PemPair("worker-1", clock.GetUtcNow().AddDays(14.5));
        using var log = new LogCapture();
        var options = new WorkerOptions { Tls = { Certificate = pair.Certificate, Key = pair.Key } };
        using var connections = new SiloConnections(
            new WorkerIdentity("openspp", "one"), options, clock, log.CreateLogger<SiloConnections>());
        void Pass(TimeSpan time)
        {
            clock.Advance(time);
            connections.Current();
        }

        Pass(TimeSpan.FromHours(11));
        Assert.Empty(log.Entries);

        Pass(TimeSpan.FromHours(2));
        Pass(TimeSpan.FromHours(1));
        var told = Assert.Single(log.Entries);
        Assert.Equal(3140, told.EventId);
        Assert.StartsWith(
            "The certificate 'CN=worker-1' that worker one of openspp shows to silos ends at ", told.Message,
            StringComparison.Ordinal);

        pair.Replace("worker-2", clock.GetUtcNow().AddDays(60));
        pair.ReplaceKey();
        Pass(TimeSpan.FromDays(1));
        Assert.Equal([3140, 3116], log.Entries.Select(entry => entry.EventId));
    }
}
