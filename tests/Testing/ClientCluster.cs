using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Testing;

/// <summary>
/// Real silos with one registry, <c>openspp</c>, in a database apart from the cluster's, so that tests can inspect each
/// alone.
/// </summary>
public sealed class ClientCluster : IAsyncLifetime
{
    public const string Registry = "openspp";

    private readonly int _silos;

    public ClientCluster()
        : this(silos: 1)
    {
    }

    private ClientCluster(int silos) => _silos = silos;

    public TestDatabase Membership { get; private set; } = null!;

    public TestDatabase Database { get; private set; } = null!;

    public SiloCluster Silos { get; private set; } = null!;

    public static async Task<ClientCluster> StartAsync(int silos)
    {
        var cluster = new ClientCluster(silos);
        await cluster.InitializeAsync();
        return cluster;
    }

    // No poll interferes with a test and the sync that it requests.
    public static SiloProcessOptions Options(TestDatabase membership, TestDatabase database) => new()
    {
        ClusterConnectionString = membership.ConnectionString,
        Configuration = new Dictionary<string, string>
        {
            [$"EndpointSync:Registries:{Registry}:ConnectionString"] = database.ConnectionString,
            ["EndpointSync:Sync:PollInterval"] = "1.00:00:00",
        },
    };

    public async ValueTask InitializeAsync()
    {
        Membership = await TestDatabase.CreateEmptyAsync();
        Database = await TestDatabase.CreateAsync();
        Silos = await SiloCluster.StartAsync(_silos, Options(Membership, Database));
    }

    public async ValueTask DisposeAsync()
    {
        await Silos.DisposeAsync();
        await Membership.DisposeAsync();
        await Database.DisposeAsync();
    }
}
