namespace EndpointSync.Tests.Process.Tls;

/// <summary>
/// What a person reads whose machine has a wrong certificate, a wrong key or none, on machines with addresses of their
/// own. Each is refused with a line that says what is wrong, and is accepted once that is corrected.
/// </summary>
[Collection(nameof(Namespaces))]
public sealed class WrongMachineTests
{
    private const string UnknownAuthority = "The remote certificate is invalid because of errors in the certificate "
        + "chain: PartialChain. If its authority is your own, name its file in SSL_CERT_FILE.";

    [Fact]
    public async Task A_silo_a_worker_and_an_operator_are_refused_with_the_cure()
    {
        await using var machines = await Machines.CreateAsync();
        await using var silo = RemoteProcess.StartSilo(1, machines.SiloSettings(1));
        await silo.StartedAsync();
        await machines.MakeKeyAsync("worker");
        await machines.MakeKeyAsync("viewer");
        await File.WriteAllTextAsync(machines.KeyFile("wrong"), $"epsync_{new string('0', 12)}_{new string('0', 52)}");

        await SilosAsync(machines, silo);
        await OperatorsAsync(machines);
        await WorkersAsync(machines);
    }

    private static async Task SilosAsync(Machines machines, RemoteProcess silo)
    {
        var good = machines.SiloSettings(Machines.Operator);
        foreach (var (change, exitCode, reason) in WrongSilos(machines))
        {
            await using var refused = RemoteProcess.StartSilo(Machines.Operator, Changed(good, change));
            Assert.Equal((exitCode, ""), (await refused.EndedAsync(), Missing(reason, refused.Output)));
        }

        await silo.SaysAsync(
            $"Refused a connection to the silo port from {Namespaces.AddressOf(Machines.Operator)}:");
        await using var accepted = RemoteProcess.StartSilo(
            Machines.Operator,
            Changed(good, new() { ["EndpointSync:Cluster:ConnectionString"] = machines.Database.Unverified }));
        await accepted.StartedAsync();
        await accepted.SaysAsync(
            $"EndpointSync:Cluster:ConnectionString reaches {machines.Database.Server} over a network without "
            + "SslMode=VerifyFull");
    }

    private static (Dictionary<string, string> Change, int ExitCode, string Reason)[] WrongSilos(Machines machines) =>
    [
        (new() { ["EndpointSync:Cluster:AdvertisedAddress"] = "127.0.0.1" }, 78,
            "AdvertisedAddress (127.0.0.1) is the loopback address, but the cluster's database is reached over the "
            + "network, where other machines reach it too. Silos of several machines would all claim this address "
            + $"and declare each other dead. Leave it out, which means {Namespaces.AddressOf(Machines.Operator)}"),
        (new() { ["EndpointSync:Cluster:AdvertisedAddress"] = Namespaces.AddressOf(1) }, 78,
            "is not an address of this machine"),
        (new() { ["EndpointSync:Cluster:AdvertisedAddress"] = "no-such-machine.invalid" }, 69,
            "is a name that this machine cannot resolve"),
        (WithoutTls(), 78, $"AdvertisedAddress ({Namespaces.AddressOf(Machines.Operator)}) is not a loopback address"),
        (new(WithoutTls()) { ["EndpointSync:Cluster:AllowPlaintextClusterTraffic"] = "true" }, 69,
            $"at {Namespaces.AddressOf(1)}:{Machines.SiloPort}: it requires TLS"),
        (machines.Certificates.ForeignSettings("stranger"), 69,
            "its certificate 'CN=silo-1' was issued by 'CN=EndpointSync CA', which is none of"),
        (machines.Certificates.Settings("app"), 78, "is a client's certificate"),
        (new() { ["EndpointSync:Cluster:ConnectionString"] =
            machines.Database.ConnectionString(machines.Certificates, isForeign: true) }, 69,
            "The remote certificate was rejected"),
        (new() { ["EndpointSync:Http:AdminKeyHash"] = "" }, 78, "AdminKeyHash"),
        (new() { ["EndpointSync:Http:Key"] = machines.Certificates.PathOf("server-1.key") }, 78,
            "EndpointSync:Http:Key ('"),
    ];

    private static async Task OperatorsAsync(Machines machines)
    {
        string[] reload = ["reload", "openspp"];
        foreach (var (run, exitCode, reason) in new (CliProcess, int, string)[]
        {
            (await machines.OperatorAsync(1, "viewer", knowsAuthority: false, reload), 4, UnknownAuthority),
            (await machines.OperatorAsync(1, role: null, reload), 1, "A valid key is required"),
            (await machines.OperatorAsync(1, "wrong", reload), 1, "It may be mistyped, expired or revoked"),
            (await machines.OperatorAsync(1, "viewer", reload), 1, "This needs role operator in registry 'openspp'"),
            (await machines.OperatorAsync(1, "worker", "status", "openspp"), 1, "This needs role viewer"),
            (await machines.OperatorAsync(1, "absent", reload), 2, "The key file cannot be read"),
        })
        {
            Assert.Equal((exitCode, ""), (run.ExitCode, Missing(reason, run.Error)));
        }

        Assert.Equal(0, (await machines.OperatorAsync(1, "viewer", "status", "openspp")).ExitCode);
    }

    private static async Task WorkersAsync(Machines machines)
    {
        var good = machines.WorkerSettings(Machines.WorkerBehindRouter);
        foreach (var (change, reason) in new (Dictionary<string, string>, string)[]
        {
            (new() { ["SSL_CERT_FILE"] = machines.Certificates.AuthorityFile(isForeign: true) }, UnknownAuthority),
            (new() { ["EndpointSync:Worker:KeyFile"] = "" }, "answers 401"),
            (new() { ["EndpointSync:Worker:KeyFile"] = machines.KeyFile("wrong") }, "answers 401"),
            (new() { ["EndpointSync:Worker:KeyFile"] = machines.KeyFile("viewer") }, "answers 403"),
        })
        {
            await using var refused = RemoteProcess.StartWorker(
                Machines.WorkerBehindRouter, Changed(good, change));
            await refused.SaysAsync(reason);
        }

        await using var accepted = RemoteProcess.StartWorker(Machines.WorkerBehindRouter, good);
        await accepted.SaysAsync("has reached the cluster");
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

    // So that a failed assertion shows what was said instead.
    private static string Missing(string reason, string output) =>
        output.Contains(reason, StringComparison.Ordinal) ? "" : $"'{reason}' is not in: {output}";
}
