using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointSync.Tests.Process.Tls;

/// <summary>Certificates in a folder of their own, made by our own command line.</summary>
internal sealed class TestCertificates : IDisposable
{
    public const string SiloName = "silo.endpointsync";
    public const string ClientName = "client.endpointsync";

    private const string Authority = "ca";
    private const string OtherAuthority = "other";
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private static readonly Uri NoServer = new("http://127.0.0.1:1");

    private TestCertificates(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Two authorities; the first is the one that the cluster trusts.</summary>
    public static async Task<TestCertificates> CreateAsync()
    {
        var certificates = new TestCertificates(Directory.CreateTempSubdirectory("endpointsync-certs-").FullName);
        await RunAsync("create-ca", "--out", certificates.FolderOf(Authority));
        await RunAsync("create-ca", "--out", certificates.FolderOf(OtherAuthority), "--name", "Other CA");
        return certificates;
    }

    public Task SiloAsync(string name, string dnsName = SiloName, bool isForeign = false, int days = 90) =>
        CreateAsync(name, "silo", dnsName, isForeign, days);

    public Task ClientAsync(string name, string dnsName = ClientName, bool isForeign = false, int days = 90) =>
        CreateAsync(name, "client", dnsName, isForeign, days);

    /// <param name="name">The certificate's name and that of its files.</param>
    /// <param name="role">Its role, as the command line knows it.</param>
    /// <param name="dnsName">The DNS name, or the host of a server; null for that of the role.</param>
    /// <param name="isForeign">Whether the other authority issues it.</param>
    public Task IssueAsync(string name, string role, string? dnsName = null, bool isForeign = false) => RunAsync(
    [
        "create", name, "--role", role,
        .. dnsName is null ? Array.Empty<string>() : [role == "server" ? "--host" : "--dns-name", dnsName],
        "--out", Folder, "--force", "--ca", FolderOf(isForeign ? OtherAuthority : Authority),
    ]);

    public Task ServerAsync(string name, string host, bool isForeign = false) =>
        IssueAsync(name, "server", host, isForeign);

    /// <summary>The file of the authority that everybody trusts, or of the other one.</summary>
    public string AuthorityFile(bool isForeign = false) =>
        Path.Combine(FolderOf(isForeign ? OtherAuthority : Authority), "ca.crt");

    /// <summary>The keys of a silo or client that has this certificate and trusts the first authority.</summary>
    public Dictionary<string, string> Settings(string name) => new()
    {
        ["EndpointSync:Cluster:Tls:Certificate"] = PathOf($"{name}.crt"),
        ["EndpointSync:Cluster:Tls:Key"] = PathOf($"{name}.key"),
        ["EndpointSync:Cluster:Tls:CertificateAuthority"] = AuthorityFile(),
    };

    public Dictionary<string, string?> ClientSettings(string name) =>
        Settings(name).ToDictionary(setting => setting.Key, setting => (string?)setting.Value);

    /// <summary>The same for a foreign certificate, which trusts the authority that issued it.</summary>
    public Dictionary<string, string> ForeignSettings(string name) => new(Settings(name))
    {
        ["EndpointSync:Cluster:Tls:CertificateAuthority"] = AuthorityFile(isForeign: true),
    };

    public string PathOf(string file) => Path.Combine(Folder, file);

    public X509Certificate2 Load(string name) =>
        X509Certificate2.CreateFromPemFile(PathOf($"{name}.crt"), PathOf($"{name}.key"));

    /// <summary>
    /// What our command line does not make: a certificate of the first authority that has ended. It is for servers and
    /// clients.
    /// </summary>
    public X509Certificate2 Expired(string dnsName = SiloName)
    {
        using var issuer = X509Certificate2.CreateFromPemFile(
            Path.Combine(FolderOf(Authority), "ca.crt"), Path.Combine(FolderOf(Authority), "ca.key"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=expired", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(dnsName);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid(ServerUsage), new Oid(ClientUsage)], critical: false));
        using var certificate = request.Create(
            issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuer.GetECDsaPrivateKey()!),
            TimeProvider.System.GetUtcNow().AddDays(-10), TimeProvider.System.GetUtcNow().AddDays(-1), [1, 2, 3]);
        return certificate.CopyWithPrivateKey(key);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private Task CreateAsync(string name, string role, string dnsName, bool isForeign, int days) => RunAsync(
        "create", name, "--role", role, "--dns-name", dnsName, "--days", $"{days}", "--out", Folder, "--force", "--ca",
        FolderOf(isForeign ? OtherAuthority : Authority));

    private string FolderOf(string authority) => PathOf(authority);

    private static async Task RunAsync(params string[] arguments)
    {
        var run = await CliProcess.RunAsync(NoServer, ["certs", .. arguments]);
        Assert.True(run.ExitCode == 0, run.Error);
    }
}
