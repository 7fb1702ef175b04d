using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointSync.Tests.Process.Tls;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Process.Access;

/// <summary>A silo whose HTTP has a server certificate and asks for those of clients, and such clients.</summary>
internal sealed class HttpsTest : IAsyncDisposable
{
    public const string Section = "EndpointSync:Http:ClientCertificates";

    private readonly int _port = LoopbackPort.PickFree();

    private HttpsTest(TestDatabase database, TestCertificates certificates) =>
        (Database, Certificates) = (database, certificates);

    public TestDatabase Database { get; }

    /// <summary>With the server's certificate, and <c>web-1</c> of a worker.</summary>
    public TestCertificates Certificates { get; }

    public Uri Url => new($"https://127.0.0.1:{_port}/");

    public static async Task<HttpsTest> CreateAsync()
    {
        var test = new HttpsTest(await TestDatabase.CreateAsync(), await TestCertificates.CreateAsync());
        await test.Certificates.IssueAsync("http", "server", "127.0.0.1");
        await test.Certificates.IssueAsync("web-1", "worker");
        return test;
    }

    public Task<ProtectedSilo> StartAsync(Dictionary<string, string>? settings = null)
    {
        // Whoever starts it waits for its health without TLS.
        var http = LoopbackPort.PickFree();
        var all = new Dictionary<string, string>
        {
            ["Urls"] = $"http://127.0.0.1:{http};{Url}",
            ["Kestrel:Certificates:Default:Path"] = Certificates.PathOf("http.crt"),
            ["Kestrel:Certificates:Default:KeyPath"] = Certificates.PathOf("http.key"),
            ["EndpointSync:Http:AdvertisedUrl"] = Url.AbsoluteUri,
            [$"{Section}:CertificateAuthority"] = Certificates.AuthorityFile(),
        };
        foreach (var (key, value) in settings ?? [])
        {
            all[key] = value;
        }

        return ProtectedSilo.StartAsync(ProtectedSilo.Options(Database, all) with { HttpPort = http });
    }

    public HttpClient Client(string certificate) => Client(Certificates.Load(certificate));

    public HttpClient Client(X509Certificate2? certificate)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(Certificates.AuthorityFile());
        return new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = policy,
                ClientCertificateContext = certificate is null
                    ? null : SslStreamCertificateContext.Create(certificate, additionalCertificates: null, true),
            },
        })
        {
            BaseAddress = Url,
        };
    }

    public async ValueTask DisposeAsync()
    {
        Certificates.Dispose();
        await Database.DisposeAsync();
    }
}
