using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointSync.Tests.Process.Tls;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Access;

/// <summary>Client certificates in the place of keys: real silos and workers over TLS.</summary>
public sealed class ClientCertificateTests : IAsyncLifetime
{
    private const string Section = "EndpointSync:Http:ClientCertificates";
    private const string Newest = "registries/openspp/feed/newest";

    private readonly int _port = LoopbackPort.PickFree();
    private TestDatabase _database = null!;
    private TestCertificates _certificates = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private Uri Url => new($"https://127.0.0.1:{_port}/");

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _certificates = await TestCertificates.CreateAsync();
        await _certificates.IssueAsync("http", "server", "127.0.0.1");
        await _certificates.IssueAsync("web-1", "worker");
    }

    public async ValueTask DisposeAsync()
    {
        _certificates.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_workers_certificate_reads_the_feed_and_nothing_else_and_is_named_in_the_audit()
    {
        await using var silo = await StartAsync();
        using var worker = Client("web-1");

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(worker, "GET", Newest));
        foreach (var (method, path) in new[]
        {
            ("GET", "registries"), ("GET", "registries/openspp/routes"), ("POST", "registries/openspp/reload"),
            ("DELETE", "registries/openspp/endpoints/1"), ("GET", "keys"), ("GET", "audit"),
        })
        {
            Assert.Equal(
                (method, path, HttpStatusCode.Forbidden), (method, path, await StatusAsync(worker, method, path)));
        }

        await _database.UntilAsync(
            "select count(*) = 1 from orleans.audit where principal = 'certificate:web-1' and role = 'worker' "
            + "and operation = 'reloadRegistry' and outcome = 'Refused'",
            "the refusal in the audit");
    }

    [Fact]
    public async Task A_name_in_a_certificate_means_what_is_configured()
    {
        await _certificates.IssueAsync("orders-1", "worker", "orders.example");
        await _certificates.IssueAsync("both-1", "client", "Both.example");
        await using var silo = await StartAsync(new()
        {
            [$"{Section}:Roles:orders.example"] = "worker/orders",
            [$"{Section}:Roles:both.example"] = "worker/openspp, viewer",
        });
        using var orders = Client("orders-1");
        using var both = Client("both-1");
        using var other = Client("web-1");

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(orders, "GET", Newest));
        // Its registry, which this silo does not have.
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(orders, "GET", "registries/orders/feed/newest"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(both, "GET", Newest));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(both, "GET", "registries/openspp/routes"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(both, "POST", "registries/openspp/reload"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(other, "GET", Newest));
    }

    [Fact]
    public async Task Keys_work_without_a_certificate_and_beside_one()
    {
        await using var silo = await StartAsync();
        using var nobody = Client((X509Certificate2?)null);
        using var worker = Client("web-1");

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(nobody, "GET", Newest));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(nobody, "GET", Newest, ProtectedSilo.WorkerKey));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(nobody, "GET", "keys", ProtectedSilo.AdminKey));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(worker, "GET", "keys", ProtectedSilo.AdminKey));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(worker, "GET", Newest, "another key"));
    }

    [Fact]
    public async Task A_wrong_certificate_is_answered_401_with_its_reason_which_the_log_has_too()
    {
        await _certificates.IssueAsync("foreign", "worker", isForeign: true);
        await _certificates.IssueAsync("unusable", "server", "worker.endpointsync");
        await _certificates.IssueAsync("misnamed", "client");
        await using var silo = await StartAsync();

        foreach (var (certificate, reason) in new[]
        {
            (_certificates.Load("foreign"), "was issued by 'CN=Other CA', which is none of the authorities in "
                + "EndpointSync:Http:ClientCertificates:CertificateAuthority"),
            (_certificates.Expired("worker.endpointsync"), "certificate 'CN=expired' expired at"),
            (_certificates.Load("unusable"), "certificate 'CN=unusable' is not for clients"),
            (_certificates.Load("misnamed"), "certificate 'CN=misnamed' has none of the DNS names in "
                + "EndpointSync:Http:ClientCertificates:Roles; it has 'client.endpointsync'"),
        })
        {
            using var http = Client(certificate);
            for (var i = 0; i < 2; i++)
            {
                using var answer = await ProtectedSilo.SendAsync(http, null, "GET", Newest);
                Assert.Equal((reason, HttpStatusCode.Unauthorized), (reason, answer.StatusCode));
                Assert.Contains(reason, await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
                // Another certificate needs another connection.
                Assert.True(answer.Headers.ConnectionClose);
            }

            await silo.Process.WaitForOutputAsync($"{reason}", Cancelled);
            Assert.Single(silo.Output.Split('\n'), line => line.Contains(reason, StringComparison.Ordinal));
            Assert.Contains(
                silo.Output.Split('\n'),
                line => line.Contains(
                    "Refused the client certificate of 127.0.0.1 at HTTP: its ", StringComparison.Ordinal)
                    && line.Contains(reason, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Changed_authorities_hold_for_the_next_connection()
    {
        await _certificates.IssueAsync("foreign", "worker", isForeign: true);
        var file = _certificates.PathOf("trusted.crt");
        File.Copy(_certificates.AuthorityFile(), file);
        await using var silo = await StartAsync(new() { [$"{Section}:CertificateAuthority"] = file });
        Assert.Equal(HttpStatusCode.Unauthorized, await OnceAsync("foreign"));

        await File.WriteAllTextAsync(file, "no certificate", Cancelled);
        await silo.Process.WaitForOutputAsync("authorities of client certificates cannot be used", Cancelled);
        Assert.Equal(HttpStatusCode.OK, await OnceAsync("web-1"));

        File.Copy(_certificates.AuthorityFile(isForeign: true), file, overwrite: true);
        await silo.Process.WaitForOutputAsync("are checked with the changed authorities", Cancelled);
        Assert.Equal(HttpStatusCode.OK, await OnceAsync("foreign"));
        Assert.Equal(HttpStatusCode.Unauthorized, await OnceAsync("web-1"));
    }

    [Fact]
    public async Task A_worker_with_a_certificate_serves_and_takes_up_changed_files_without_a_restart()
    {
        await AddEndpointAsync("/a");
        await _certificates.IssueAsync("foreign", "worker", isForeign: true);
        await using var silo = await StartAsync();
        await using var worker = await WorkerProcess.StartAsync(
            new WorkerProcessOptions
            {
                Registry = "openspp",
                Silos = [Url],
                Configuration = new Dictionary<string, string>
                {
                    ["EndpointSync:Worker:Tls:Certificate"] = _certificates.PathOf("web-1.crt"),
                    ["EndpointSync:Worker:Tls:Key"] = _certificates.PathOf("web-1.key"),
                    ["EndpointSync:Worker:Tls:CertificateAuthority"] = _certificates.AuthorityFile(),
                },
            },
            Cancelled);
        await ReloadAsync();

        Replace("foreign");
        await worker.WaitForOutputAsync("which is none of the authorities", Cancelled);
        Assert.Contains("EndpointSync.Worker.Feed.FeedOutage[3113]", worker.Output, StringComparison.Ordinal);

        await _certificates.IssueAsync("web-2", "worker");
        Replace("web-2");
        await worker.WaitForOutputAsync("gets updates of openspp again", Cancelled);
        await AddEndpointAsync("/b");
        await ReloadAsync();

        void Replace(string name)
        {
            foreach (var extension in new[] { "crt", "key" })
            {
                File.Copy(
                    _certificates.PathOf($"{name}.{extension}"), _certificates.PathOf($"web-1.{extension}"),
                    overwrite: true);
            }
        }

        async Task AddEndpointAsync(string path)
        {
            var id = await _database.AddEndpointAsync("a", path);
            await _database.ExecuteAsync($"update fastapi_endpoint set app = 'api_v2' where id = {id}");
        }

        async Task ReloadAsync()
        {
            var (status, receipt) = await silo.AskAsync(
                ProtectedSilo.AdminKey, "POST", "registries/openspp/reload?wait=workers&timeout=30s");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal(1, receipt.GetProperty("convergence").GetProperty("workers").GetInt32());
        }
    }

    [Fact]
    public async Task A_worker_does_not_send_its_key_to_a_silo_of_an_unknown_authority()
    {
        await using var silo = await StartAsync();
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var start = WorkerProcess.StartAsync(
            new WorkerProcessOptions
            {
                Registry = "openspp",
                Silos = [Url],
                OnOutput = line =>
                {
                    if (line.Contains("errors in the certificate chain", StringComparison.Ordinal))
                    {
                        seen.TrySetResult();
                    }
                },
                Configuration = new Dictionary<string, string>
                {
                    ["EndpointSync:Worker:Key"] = "a-key",
                    // A handshake that takes long would be another reason, and each kind is logged once.
                    ["EndpointSync:Worker:SiloTimeout"] = "00:00:30",
                    ["EndpointSync:Worker:Tls:CertificateAuthority"] = _certificates.AuthorityFile(isForeign: true),
                },
            },
            stopped.Token);
        await seen.Task.Within("the refusal of the silo's certificate");
        await stopped.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
    }

    [Fact]
    public async Task Without_TLS_nobody_can_show_a_certificate_and_the_silo_says_so()
    {
        await using var silo = await ProtectedSilo.StartAsync(
            _database, new() { [$"{Section}:CertificateAuthority"] = _certificates.AuthorityFile() });

        Assert.Contains("Nobody can show a client certificate", silo.Output, StringComparison.Ordinal);
    }

    private Task<ProtectedSilo> StartAsync(Dictionary<string, string>? settings = null)
    {
        var http = LoopbackPort.PickFree();
        var all = new Dictionary<string, string>
        {
            ["Urls"] = $"http://127.0.0.1:{http};{Url}",
            ["Kestrel:Certificates:Default:Path"] = _certificates.PathOf("http.crt"),
            ["Kestrel:Certificates:Default:KeyPath"] = _certificates.PathOf("http.key"),
            ["EndpointSync:Http:AdvertisedUrl"] = Url.AbsoluteUri,
            [$"{Section}:CertificateAuthority"] = _certificates.AuthorityFile(),
        };
        foreach (var (key, value) in settings ?? [])
        {
            all[key] = value;
        }

        return ProtectedSilo.StartAsync(ProtectedSilo.Options(_database, all) with { HttpPort = http });
    }

    private HttpClient Client(string certificate) => Client(_certificates.Load(certificate));

    private HttpClient Client(X509Certificate2? certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust };
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.CustomTrustStore.ImportFromPemFile(_certificates.AuthorityFile());
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

    private async Task<HttpStatusCode> OnceAsync(string certificate)
    {
        using var http = Client(certificate);
        return await StatusAsync(http, "GET", Newest);
    }

    private static async Task<HttpStatusCode> StatusAsync(
        HttpClient http, string method, string path, string? key = null)
    {
        using var answer = await ProtectedSilo.SendAsync(http, key, method, path);
        return answer.StatusCode;
    }
}
