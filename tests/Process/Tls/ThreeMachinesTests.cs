using System.Net;
using EndpointSync.Client;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Process.Tls;

/// <summary>
/// A cluster of several machines with addresses of their own and certificates from our own command: what a person gets
/// who follows docs/how-to/cluster.md.
/// </summary>
public sealed class ThreeMachinesTests
{
    private const int SiloPort = 11111;
    private const int GatewayPort = 30000;
    private const int Stranger = 4;

    [Fact]
    public async Task Three_machines_form_a_cluster_that_loses_a_silo_and_changes_its_certificates_under_load()
    {
        using var machines = Namespaces.Create(4);
        using var certificates = await CertificatesAsync();
        await using var database = await TestDatabase.CreateAsync();
        using var server = Server(database);
        // The third silo is behind port maps of its host, so others reach it at an address that is not its own.
        using var silos = Map(3, SiloPort);
        using var gateways = Map(3, GatewayPort);
        var settings = Enumerable.Range(1, 3)
            .Select(machine => Settings(database, server, certificates, machine))
            .ToList();
        await using var first = RemoteSilo.Start(1, settings[0]);
        await first.StartedAsync();
        await using var second = RemoteSilo.Start(2, settings[1]);
        await using var third = RemoteSilo.Start(3, settings[2]);
        await second.StartedAsync();
        await third.StartedAsync();
        await using var app = await AppAsync(database, certificates);

        Assert.Equal((true, 3), await SilosAsync(app));
        Assert.Equal(
            [Namespaces.Own, Namespaces.AddressOf(1), Namespaces.AddressOf(2)],
            await database.ListAsync("select address from orleans.orleansmembershiptable where status = 3 order by 1"));

        await using (var load = new SteadyReloads(app))
        {
            await third.KillAsync();
            await RotateAsync(certificates, first, second);
            using var changed = certificates.Load("silo-1");
            Assert.Equal(changed.SerialNumber, await RawConnection.SerialAsync(PortOf(1), changed));
            await using var again = RemoteSilo.Start(3, settings[2]);
            await again.StartedAsync();
            await Deadline.UntilAsync(
                async () => await SilosAsync(app) == (true, 3), "three silos that serve the version");
            await load.AtLeastAsync(100);
            Assert.Empty(load.Failures);
        }
    }

    [Fact]
    public async Task A_machine_that_is_configured_wrong_is_refused_with_the_cure()
    {
        using var machines = Namespaces.Create(Stranger);
        using var certificates = await CertificatesAsync();
        await using var database = await TestDatabase.CreateAsync();
        using var server = Server(database);
        await using var silo = RemoteSilo.Start(1, Settings(database, server, certificates, 1));
        await silo.StartedAsync();
        await silo.SaysAsync(
            $"EndpointSync:Cluster:ConnectionString reaches {Namespaces.Own}:{server.Port} over a network without "
            + "SslMode=VerifyFull");
        var good = Settings(database, server, certificates, Stranger);

        foreach (var (change, exitCode, reason) in new (Dictionary<string, string>, int, string)[]
        {
            (new() { ["EndpointSync:Cluster:AdvertisedAddress"] = "127.0.0.1" }, 78,
                "AdvertisedAddress (127.0.0.1) is the loopback address, but the cluster's database is reached over the "
                + $"network, where other machines reach it too. Silos of several machines would all claim this address "
                + $"and declare each other dead. Leave it out, which means {Namespaces.AddressOf(Stranger)}"),
            (new() { ["EndpointSync:Cluster:AdvertisedAddress"] = Namespaces.AddressOf(1) }, 78,
                "is not an address of this machine"),
            (new() { ["EndpointSync:Cluster:AdvertisedAddress"] = "no-such-machine.invalid" }, 69,
                "is a name that this machine cannot resolve"),
            (WithoutTls(), 78, $"AdvertisedAddress ({Namespaces.AddressOf(Stranger)}) is not a loopback address"),
            (new(WithoutTls()) { ["EndpointSync:Cluster:AllowPlaintextClusterTraffic"] = "true" }, 69,
                $"at {Namespaces.AddressOf(1)}:{SiloPort}: it requires TLS"),
            (certificates.ForeignSettings("stranger"), 69,
                "its certificate 'CN=silo-1' was issued by 'CN=EndpointSync CA', which is none of"),
        })
        {
            await using var refused = RemoteSilo.Start(Stranger, Changed(good, change));
            Assert.Equal(exitCode, await refused.EndedAsync());
            Assert.Contains(reason, refused.Output, StringComparison.Ordinal);
        }

        await silo.SaysAsync(
            $"Refused a connection to the silo port from {Namespaces.AddressOf(Stranger)}:");
        await using var accepted = RemoteSilo.Start(Stranger, good);
        await accepted.StartedAsync();
    }

    private static async Task<TestCertificates> CertificatesAsync()
    {
        var certificates = await TestCertificates.CreateAsync();
        for (var machine = 1; machine <= Stranger; machine++)
        {
            await certificates.SiloAsync($"silo-{machine}");
        }

        await certificates.SiloAsync("stranger", isForeign: true);
        await certificates.ClientAsync("app");
        return certificates;
    }

    private static async Task RotateAsync(TestCertificates certificates, params RemoteSilo[] running)
    {
        for (var machine = 1; machine <= 3; machine++)
        {
            await certificates.SiloAsync($"silo-{machine}");
        }

        await certificates.ClientAsync("app");
        foreach (var silo in running)
        {
            await silo.SaysAsync("New connections of the cluster use the changed certificate");
        }
    }

    private static Dictionary<string, string> Settings(
        TestDatabase database, PortMap server, TestCertificates certificates, int machine)
    {
        var settings = new Dictionary<string, string>(certificates.Settings($"silo-{machine}"))
        {
            ["EndpointSync:Cluster:ConnectionString"] = ConnectionString(database, server),
            ["EndpointSync:Cluster:ClusterId"] = database.Name,
            ["EndpointSync:Cluster:SiloName"] = $"silo-{machine}",
            ["EndpointSync:Cluster:MembershipProfile"] = "Fast",
            ["EndpointSync:Registries:openspp:Schema"] = "public",
        };
        return machine != 3
            ? settings
            : Changed(settings, new()
            {
                ["EndpointSync:Cluster:AdvertisedAddress"] = Namespaces.Own,
                ["EndpointSync:Cluster:SiloListeningEndpoint"] = $"0.0.0.0:{SiloPort}",
                ["EndpointSync:Cluster:GatewayListeningEndpoint"] = $"0.0.0.0:{GatewayPort}",
            });
    }

    private static Dictionary<string, string> WithoutTls() => new()
    {
        ["EndpointSync:Cluster:Tls:Certificate"] = "",
        ["EndpointSync:Cluster:Tls:Key"] = "",
        ["EndpointSync:Cluster:Tls:CertificateAuthority"] = "",
    };

    // An empty value takes the key away.
    private static Dictionary<string, string> Changed(
        Dictionary<string, string> settings, Dictionary<string, string> change) => settings
        .Where(setting => !change.ContainsKey(setting.Key))
        .Concat(change.Where(setting => setting.Value.Length > 0))
        .ToDictionary();

    private static async Task<ClientHost> AppAsync(TestDatabase database, TestCertificates certificates)
    {
        var app = new ClientHost(
            database.ConnectionString,
            new Dictionary<string, string?>(certificates.ClientSettings("app"))
            {
                ["EndpointSync:Cluster:ClusterId"] = database.Name,
            });
        await app.StartAsync();
        return app;
    }

    private static async Task<(bool, int)> SilosAsync(ClientHost app)
    {
        var receipt = await app.ReloadAsync("openspp", new ReloadOptions { WaitFor = WaitFor.Silos });
        return (receipt.Convergence!.Reached, receipt.Convergence.Silos);
    }

    private static PortMap Server(TestDatabase database)
    {
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        return new PortMap(
            new IPEndPoint(IPAddress.Parse(Namespaces.Own), 0), new IPEndPoint(IPAddress.Loopback, server.Port));
    }

    private static PortMap Map(int machine, int port) => new(
        new IPEndPoint(IPAddress.Parse(Namespaces.Own), port),
        new IPEndPoint(IPAddress.Parse(Namespaces.AddressOf(machine)), port));

    // These machines have no DNS server, which Kerberos would ask for the database's name.
    private static string ConnectionString(TestDatabase database, PortMap server) =>
        new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Host = Namespaces.Own,
            Port = server.Port,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;

    private static IPEndPoint PortOf(int machine) => new(IPAddress.Parse(Namespaces.AddressOf(machine)), SiloPort);
}
