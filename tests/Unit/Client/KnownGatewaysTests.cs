using EndpointSync.Client;
using EndpointSync.Client.Gateways;
using EndpointSync.Tests.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Messaging;

namespace EndpointSync.Tests.Unit.Client;

public sealed class KnownGatewaysTests : IDisposable
{
    private static readonly Uri[] Silos = [new("gwy.tcp://10.0.0.1:30000/1"), new("gwy.tcp://10.0.0.2:30000/1")];

    private readonly FakeTimeProvider _clock = new();
    private readonly LogCapture _log = new();
    private readonly Database _database = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Without_the_database_the_known_silos_are_called_on_and_that_is_logged_once_a_minute()
    {
        var gateways = NewGateways();
        await gateways.GetGateways();
        _database.IsAway = true;

        // Orleans asks every five seconds.
        for (var seconds = 0; seconds < 90; seconds += 5)
        {
            Assert.Equal(Silos, await gateways.GetGateways());
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        _database.IsAway = false;
        await gateways.GetGateways();
        await gateways.GetGateways();

        Assert.Equal([3002, 3002, 3003], _log.Entries.Select(entry => entry.EventId));
        Assert.Equal(
            "Cannot read the cluster's gateways through the list of its silos in database 'd' on h:5432, schema "
            + "'orleans': it is away. The 2 gateways that are known are called on",
            _log.Entries.First().Message);
    }

    [Fact]
    public async Task Before_the_first_answer_of_the_database_there_is_nothing_to_call()
    {
        var gateways = NewGateways();
        _database.IsAway = true;

        await Assert.ThrowsAsync<InvalidOperationException>(gateways.GetGateways);

        Assert.Empty(_log.Entries);
    }

    private KnownGateways NewGateways() => new(
        _database, Options.Create(new EndpointSyncClientOptions { ConnectionString = "Host=h;Database=d" }), _clock,
        _log.CreateLogger<KnownGateways>());

    private sealed class Database : IGatewayListProvider
    {
        public bool IsAway { get; set; }

        public TimeSpan MaxStaleness => TimeSpan.Zero;

        [Obsolete("Orleans' interface still has it.")]
        public bool IsUpdatable => true;

        public Task InitializeGatewayListProvider() => Task.CompletedTask;

        public Task<IList<Uri>> GetGateways() =>
            IsAway ? throw new InvalidOperationException("it is away") : Task.FromResult<IList<Uri>>(Silos);
    }
}
