using System.Net;
using System.Security.Cryptography.X509Certificates;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Access;

/// <summary>Client certificates in the place of keys: a real silo over TLS.</summary>
public sealed class ClientCertificateTests : IAsyncLifetime
{
    private const string Section = HttpsTest.Section;
    private const string Newest = "registries/openspp/feed/newest";

    private HttpsTest _https = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _https = await HttpsTest.CreateAsync();

    public async ValueTask DisposeAsync() => await _https.DisposeAsync();

    [Fact]
    public async Task A_workers_certificate_reads_the_feed_and_nothing_else_and_is_named_in_the_audit()
    {
        await using var silo = await _https.StartAsync();
        using var worker = _https.Client("web-1");

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

        await _https.Database.UntilAsync(
            "select count(*) = 1 from orleans.audit where principal = 'certificate:web-1' and role = 'worker' "
            + "and operation = 'reloadRegistry' and outcome = 'Refused'",
            "the refusal in the audit");
    }

    [Fact]
    public async Task A_name_in_a_certificate_means_what_is_configured()
    {
        await _https.Certificates.IssueAsync("orders-1", "worker", "orders.example");
        await _https.Certificates.IssueAsync("both-1", "client", "Both.example");
        await using var silo = await _https.StartAsync(new()
        {
            [$"{Section}:Roles:orders.example"] = "worker/orders",
            [$"{Section}:Roles:both.example"] = "worker/openspp, viewer",
        });
        using var orders = _https.Client("orders-1");
        using var both = _https.Client("both-1");
        using var other = _https.Client("web-1");

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
        await using var silo = await _https.StartAsync();
        using var nobody = _https.Client((X509Certificate2?)null);
        using var worker = _https.Client("web-1");

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(nobody, "GET", Newest));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(nobody, "GET", Newest, ProtectedSilo.WorkerKey));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(nobody, "GET", "keys", ProtectedSilo.AdminKey));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(worker, "GET", "keys", ProtectedSilo.AdminKey));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(worker, "GET", Newest, "another key"));
    }

    [Fact]
    public async Task The_command_line_sends_a_key_over_TLS_and_trusts_the_authority_that_the_environment_names()
    {
        await using var silo = await _https.StartAsync();
        var environment = ProtectedSilo.AdminEnvironment;
        var untrusted = await CliProcess.RunAsync(_https.Url, environment, "keys", "list");
        environment["SSL_CERT_FILE"] = _https.Certificates.AuthorityFile();

        var trusted = await CliProcess.RunAsync(_https.Url, environment, "keys", "list");

        Assert.Equal(4, untrusted.ExitCode);
        Assert.Equal((0, ""), (trusted.ExitCode, trusted.Error));
    }

    [Fact]
    public async Task A_wrong_certificate_is_answered_401_with_its_reason_which_the_log_has_too()
    {
        await _https.Certificates.IssueAsync("foreign", "worker", isForeign: true);
        await _https.Certificates.IssueAsync("unusable", "server", "worker.endpointsync");
        await _https.Certificates.IssueAsync("misnamed", "client");
        await using var silo = await _https.StartAsync();

        foreach (var (certificate, reason) in new[]
        {
            (_https.Certificates.Load("foreign"), "was issued by 'CN=Other CA', which is none of the authorities in "
                + "EndpointSync:Http:ClientCertificates:CertificateAuthority"),
            (_https.Certificates.Expired("worker.endpointsync"), "certificate 'CN=expired' expired at"),
            (_https.Certificates.Load("unusable"), "certificate 'CN=unusable' is not for clients"),
            (_https.Certificates.Load("misnamed"), "certificate 'CN=misnamed' has none of the DNS names in "
                + "EndpointSync:Http:ClientCertificates:Roles; it has 'client.endpointsync'"),
        })
        {
            using var http = _https.Client(certificate);
            for (var i = 0; i < 2; i++)
            {
                using var answer = await ProtectedSilo.SendAsync(http, null, "GET", Newest);
                Assert.Equal((reason, HttpStatusCode.Unauthorized), (reason, answer.StatusCode));
                Assert.Contains(reason, await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
                // Another certificate needs another connection.
                Assert.True(answer.Headers.ConnectionClose);
            }

            await silo.PrintsAsync(reason);
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
        await _https.Certificates.IssueAsync("foreign", "worker", isForeign: true);
        var file = _https.Certificates.PathOf("trusted.crt");
        File.Copy(_https.Certificates.AuthorityFile(), file);
        await using var silo = await _https.StartAsync(new() { [$"{Section}:CertificateAuthority"] = file });
        Assert.Equal(HttpStatusCode.Unauthorized, await OnceAsync("foreign"));

        await File.WriteAllTextAsync(file, "no certificate", Cancelled);
        await silo.PrintsAsync("authorities of client certificates cannot be used");
        Assert.Equal(HttpStatusCode.OK, await OnceAsync("web-1"));

        File.Copy(_https.Certificates.AuthorityFile(isForeign: true), file, overwrite: true);
        await silo.PrintsAsync("are checked with the changed authorities");
        Assert.Equal(HttpStatusCode.OK, await OnceAsync("foreign"));
        Assert.Equal(HttpStatusCode.Unauthorized, await OnceAsync("web-1"));
    }

    [Fact]
    public async Task Without_TLS_nobody_can_show_a_certificate_and_the_silo_says_so()
    {
        await using var silo = await ProtectedSilo.StartAsync(
            _https.Database, new() { [$"{Section}:CertificateAuthority"] = _https.Certificates.AuthorityFile() });

        Assert.Contains("Nobody can show a client certificate", silo.Output, StringComparison.Ordinal);
    }

    private async Task<HttpStatusCode> OnceAsync(string certificate)
    {
        using var http = _https.Client(certificate);
        return await StatusAsync(http, "GET", Newest);
    }

    private static async Task<HttpStatusCode> StatusAsync(
        HttpClient http, string method, string path, string? key = null)
    {
        using var answer = await ProtectedSilo.SendAsync(http, key, method, path);
        return answer.StatusCode;
    }
}
