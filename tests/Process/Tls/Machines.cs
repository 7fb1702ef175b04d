using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace EndpointSync.Tests.Process.Tls;

/// <summary>
/// Machines with addresses of their own and certificates of our own command: three for silos, PostgreSQL, an operator,
/// two for workers, and a router that one of the workers is behind. Each is configured as docs/how-to/cluster.md says.
/// </summary>
internal sealed class Machines : IAsyncDisposable
{
    public const int Operator = 4;
    public const int Worker = 5;
    public const int WorkerBehindRouter = 8;
    public const int SiloPort = 11111;
    public const int GatewayPort = 30000;

    private const int DatabaseMachine = 6;
    private const int Router = 7;
    private const int HttpPort = 5443;
    private const int WorkerPort = 8080;
    private const string AdminKey = "the administrators' key of the test";

    private readonly Namespaces _namespaces;

    private Machines(Namespaces namespaces, TestCertificates certificates, RemotePostgres database) =>
        (_namespaces, Certificates, Database) = (namespaces, certificates, database);

    public TestCertificates Certificates { get; }

    public RemotePostgres Database { get; }

    public static async Task<Machines> CreateAsync()
    {
        var namespaces = Namespaces.Create(Router);
        namespaces.AddBehind(Router, WorkerBehindRouter, WorkerPort);
        var certificates = await TestCertificates.CreateAsync();
        try
        {
            await MakeCertificatesAsync(certificates);
            await certificates.SiloAsync("stranger", isForeign: true);
            await certificates.ServerAsync("server-stranger", Namespaces.AddressOf(Operator), isForeign: true);
            var machines = new Machines(
                namespaces, certificates, await RemotePostgres.StartAsync(DatabaseMachine, certificates));
            await File.WriteAllTextAsync(machines.KeyFile("admin"), AdminKey);
            return machines;
        }
        catch
        {
            certificates.Dispose();
            namespaces.Dispose();
            throw;
        }
    }

    public static Uri ApiOf(int machine) => new($"https://{Namespaces.AddressOf(machine)}:{HttpPort}/");

    public static IPEndPoint SiloPortOf(int machine) =>
        new(IPAddress.Parse(Namespaces.AddressOf(machine)), SiloPort);

    public static IPEndPoint HttpPortOf(int machine) =>
        new(IPAddress.Parse(Namespaces.AddressOf(machine)), HttpPort);

    /// <summary>Where a worker answers; the one behind the router at the router's address.</summary>
    public static Uri AddressOfWorker(int machine) => new(
        $"http://{Namespaces.AddressOf(machine == WorkerBehindRouter ? Router : machine)}:{WorkerPort}/");

    /// <summary>The file with a role's key. That of <c>admin</c> is there from the beginning.</summary>
    public string KeyFile(string role) => Certificates.PathOf($"{role}.token");

    public Dictionary<string, string> SiloSettings(int machine) =>
        new(Certificates.Settings($"silo-{machine}"))
        {
            ["EndpointSync:Cluster:ConnectionString"] = Database.ConnectionString(Certificates),
            ["EndpointSync:Cluster:ClusterId"] = "machines",
            ["EndpointSync:Cluster:SiloName"] = $"silo-{machine}",
            ["EndpointSync:Cluster:MembershipProfile"] = "Fast",
            ["EndpointSync:Registries:openspp:Schema"] = "public",
            ["EndpointSync:Registries:openspp:CreateTables"] = "true",
            ["EndpointSync:Http:AdminKeyHash"] =
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(AdminKey))),
            ["EndpointSync:Http:Certificate"] = Certificates.PathOf($"server-{machine}.crt"),
            ["EndpointSync:Http:Key"] = Certificates.PathOf($"server-{machine}.key"),
            ["Urls"] = $"https://0.0.0.0:{HttpPort}",
            ["AllowedHosts"] = Namespaces.AddressOf(machine),
        };

    public Dictionary<string, string> WorkerSettings(int machine) => new()
    {
        ["Registry"] = "openspp",
        ["EndpointSync:Worker:Name"] = $"worker-{machine}",
        // The others it learns from this one.
        ["EndpointSync:Worker:Silos:0"] = ApiOf(1).AbsoluteUri,
        ["EndpointSync:Worker:KeyFile"] = KeyFile("worker"),
        ["Urls"] = $"http://0.0.0.0:{WorkerPort}",
        ["SSL_CERT_FILE"] = Certificates.AuthorityFile(),
    };

    public Dictionary<string, string?> ClientSettings() => new(Certificates.ClientSettings("app"))
    {
        ["EndpointSync:Cluster:ClusterId"] = "machines",
    };

    /// <summary>Runs a command of the operator on his machine.</summary>
    /// <param name="silo">The silo that he asks.</param>
    /// <param name="role">Whose key he shows; null for none.</param>
    /// <param name="arguments">The command.</param>
    public Task<CliProcess> OperatorAsync(int silo, string? role, params string[] arguments) =>
        OperatorAsync(silo, role, knowsAuthority: true, arguments);

    /// <inheritdoc cref="OperatorAsync(int, string?, string[])" />
    public Task<CliProcess> OperatorAsync(int silo, string? role, bool knowsAuthority, params string[] arguments)
    {
        var environment = new Dictionary<string, string>();
        if (knowsAuthority)
        {
            environment["SSL_CERT_FILE"] = Certificates.AuthorityFile();
        }

        if (role is not null)
        {
            environment["ENDPOINTSYNC_KEY_FILE"] = KeyFile(role);
        }

        return CliProcess.RunAsync(
            ["ip", "netns", "exec", Namespaces.NameOf(Operator), "dotnet"], ApiOf(silo), environment, arguments);
    }

    /// <summary>Has the operator make a role's key, and writes it to its file.</summary>
    public async Task MakeKeyAsync(string role)
    {
        var made = await OperatorAsync(
            1, "admin", "keys", "create", "--role", role, "--registry", "openspp", "--name", $"the {role}s");
        Assert.True(made.ExitCode == 0, made.Error);
        var key = made.Output.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].Trim();
        Assert.StartsWith("epsync_", key, StringComparison.Ordinal);
        await File.WriteAllTextAsync(KeyFile(role), key);
    }

    /// <summary>Makes all certificates anew, in place of those that are in use.</summary>
    public async Task RotateAsync()
    {
        await MakeCertificatesAsync(Certificates);
        await Database.ReloadAsync(Certificates);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Certificates.Dispose();
        _namespaces.Dispose();
    }

    private static async Task MakeCertificatesAsync(TestCertificates certificates)
    {
        for (var machine = 1; machine <= Operator; machine++)
        {
            await certificates.SiloAsync($"silo-{machine}");
            await certificates.ServerAsync($"server-{machine}", Namespaces.AddressOf(machine));
        }

        await certificates.ServerAsync($"server-{DatabaseMachine}", Namespaces.AddressOf(DatabaseMachine));
        await certificates.ClientAsync("app");
    }
}
