using System.Diagnostics;
using System.Net;
using EndpointSync.Client;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Tls;

/// <summary>
/// The cluster's ports under mutual TLS: who is let in, and what both sides say about who is not. Real processes on
/// loopback, where the handshakes are the same as over a network.
/// </summary>
public sealed class ClusterTlsTests
{
    private const string Refused = "Refused a connection to the ";

    // From the start of the process; the process itself takes a second or two on a busy machine.
    private static readonly TimeSpan Seconds = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Silos_and_a_client_with_certificates_of_their_roles_form_a_cluster()
    {
        using var certificates = await TestCertificates.CreateAsync();
        await certificates.SiloAsync("silo");
        await certificates.ClientAsync("app");
        await using var database = await TestDatabase.CreateAsync();
        await using var silos = await SiloCluster.StartAsync(
            2, Options(database, certificates.Settings("silo")), TestContext.Current.CancellationToken);
        await using var app = App(database, certificates.ClientSettings("app"));
        await app.StartAsync();

        var receipt = await app.ReloadAsync(Fleet.Registry, new ReloadOptions { WaitFor = WaitFor.Silos });

        Assert.Equal((true, 2), (receipt.Convergence!.Reached, receipt.Convergence.Silos));
        Assert.All(silos.Silos, silo => Assert.DoesNotContain(Refused, silo.Output, StringComparison.Ordinal));
        Assert.All(
            silos.Silos, silo => Assert.DoesNotContain("No connection to", silo.Output, StringComparison.Ordinal));
        Assert.Contains("CN=silo", await HealthAsync(silos.Silos[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_wrong_certificate_is_refused_at_the_silo_port_with_one_line_that_says_why()
    {
        using var certificates = await TestCertificates.CreateAsync();
        await certificates.SiloAsync("silo");
        await certificates.SiloAsync("foreign", isForeign: true);
        await certificates.SiloAsync("misnamed", "silo.elsewhere");
        await certificates.ClientAsync("app");
        await using var database = await TestDatabase.CreateAsync();
        var port = new IPEndPoint(IPAddress.Loopback, LoopbackPort.PickFree());
        await using var silo = await SiloProcess.StartAsync(
            Options(database, OnPort(certificates.Settings("silo"), "SiloPort", port)),
            TestContext.Current.CancellationToken);

        using var own = certificates.Load("silo");
        Assert.True(await RawConnection.IsGreetedAsync(port, own));

        using var expired = certificates.Expired();
        foreach (var (certificate, reason) in new[]
        {
            (certificates.Load("foreign"), "certificate 'CN=foreign' was issued by 'CN=Other CA', which is none of"),
            (certificates.Load("misnamed"),
                "certificate 'CN=misnamed' does not have the DNS name 'silo.endpointsync', which "
                + "EndpointSync:Cluster:Tls:Name requires; it has 'silo.elsewhere'"),
            (expired, "certificate 'CN=expired' expired at "),
            (certificates.Load("app"), "certificate 'CN=app' is a client's certificate"),
            (null, "showed no certificate"),
        })
        {
            Assert.False(await RawConnection.IsGreetedAsync(port, certificate), reason);
            Assert.False(await RawConnection.IsGreetedAsync(port, certificate), reason);
            await silo.WaitForOutputAsync(reason).Within(reason);
            Assert.Single(Lines(silo), line => line.Contains(reason, StringComparison.Ordinal));
            certificate?.Dispose();
        }

        Assert.False(await RawConnection.IsAnsweredInTheClearAsync(port));
        await silo.WaitForOutputAsync("it does not use TLS, which this process requires").Within("the line about TLS");
        AssertNoStackTrace(silo.Output);
    }

    [Fact]
    public async Task A_gateway_lets_in_clients_and_nobody_with_another_certificate_of_the_authority()
    {
        using var certificates = await TestCertificates.CreateAsync();
        await certificates.SiloAsync("silo");
        await certificates.ClientAsync("app");
        await certificates.ClientAsync("browser", "www.example.org");
        await using var database = await TestDatabase.CreateAsync();
        var port = new IPEndPoint(IPAddress.Loopback, LoopbackPort.PickFree());
        await using var silo = await SiloProcess.StartAsync(
            Options(database, OnPort(certificates.Settings("silo"), "GatewayPort", port)),
            TestContext.Current.CancellationToken);

        await using var intruder = App(
            database, Soon(certificates.ClientSettings("browser"), ("ClientName", "www.example.org")));
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => intruder.StartAsync());

        Assert.Contains("It does not accept the certificate 'CN=browser' of this process", failure.Message);
        await intruder.Log.FirstAsync("It does not accept the certificate 'CN=browser' of this process");
        await silo.WaitForOutputAsync(
            "certificate 'CN=browser' does not have the DNS name 'client.endpointsync', which "
            + "EndpointSync:Cluster:Tls:ClientName requires; it has 'www.example.org'").Within("the silo's line");
        AssertNoStackTrace(silo.Output);
    }

    [Theory]
    [InlineData("foreign", "was issued by 'CN=EndpointSync CA', which is none of")]
    [InlineData("none", "it ended the connection")]
    public async Task A_client_that_cannot_be_let_in_fails_with_the_reason(string certificate, string reason)
    {
        using var certificates = await TestCertificates.CreateAsync();
        await certificates.SiloAsync("silo");
        await certificates.ClientAsync("foreign", isForeign: true);
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await SiloProcess.StartAsync(
            Options(database, certificates.Settings("silo")), TestContext.Current.CancellationToken);
        var settings = certificate == "none"
            ? []
            : certificates.ForeignSettings(certificate).ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        await using var app = App(database, Soon(settings));

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => app.StartAsync());

        Assert.Contains(certificate == "none" ? "EndpointSync:Cluster:Tls" : reason, failure.Message);
        await silo.WaitForOutputAsync($"{Refused}gateway port").Within("the silo's line");
        AssertNoStackTrace(silo.Output);
    }

    [Fact]
    public async Task A_client_with_TLS_at_a_silo_without_says_so()
    {
        using var certificates = await TestCertificates.CreateAsync();
        await certificates.ClientAsync("app");
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await SiloProcess.StartAsync(
            Options(database, []), TestContext.Current.CancellationToken);
        await using var app = App(database, Soon(certificates.ClientSettings("app")));

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => app.StartAsync());

        Assert.Contains("does not use TLS", failure.Message, StringComparison.Ordinal);
        await silo.WaitForOutputAsync("it uses TLS, and this silo does not").Within("the silo's line");
        AssertNoStackTrace(silo.Output);
    }

    [Theory]
    [InlineData(true, false, "it requires TLS: configure EndpointSync:Cluster:Tls here", "it does not use TLS")]
    [InlineData(false, true, "it does not use TLS", "it uses TLS, and this silo does not")]
    public async Task A_silo_with_TLS_and_one_without_are_told_apart_within_seconds(
        bool first, bool second, string reason, string line)
    {
        using var certificates = await TestCertificates.CreateAsync();
        await certificates.SiloAsync("silo");
        Dictionary<string, string> tls = certificates.Settings("silo"), none = [];

        await AssertRefusedAsync(first ? tls : none, second ? tls : none, reason, line);
    }

    [Fact]
    public async Task A_silo_of_another_authority_is_refused_within_seconds()
    {
        using var certificates = await TestCertificates.CreateAsync();
        await certificates.SiloAsync("silo");
        await certificates.SiloAsync("foreign", isForeign: true);

        await AssertRefusedAsync(
            certificates.Settings("silo"), certificates.ForeignSettings("foreign"),
            "its certificate 'CN=silo' was issued by 'CN=EndpointSync CA', which is none of the authorities in "
            + "EndpointSync:Cluster:Tls:CertificateAuthority",
            "its certificate 'CN=foreign' was issued by 'CN=Other CA', which is none of");
    }

    [Fact]
    public async Task A_silo_that_trusts_the_others_but_is_not_trusted_is_refused_within_seconds()
    {
        using var certificates = await TestCertificates.CreateAsync();
        await certificates.SiloAsync("silo");
        await certificates.SiloAsync("foreign", isForeign: true);
        var both = certificates.PathOf("both.crt");
        await File.WriteAllTextAsync(
            both,
            await File.ReadAllTextAsync(certificates.PathOf("ca/ca.crt"))
            + await File.ReadAllTextAsync(certificates.PathOf("other/ca.crt")));

        await AssertRefusedAsync(
            certificates.Settings("silo"),
            new Dictionary<string, string>(certificates.Settings("foreign"))
            {
                ["EndpointSync:Cluster:Tls:CertificateAuthority"] = both,
            },
            "It does not accept the certificate 'CN=foreign' of this process",
            "certificate 'CN=foreign' was issued by 'CN=Other CA'");
    }

    [Theory]
    [InlineData("app", "is a client's certificate")]
    [InlineData("misnamed", "does not have the DNS name 'silo.endpointsync'")]
    [InlineData("foreign", "was issued by 'CN=Other CA', which is none of")]
    [InlineData("absent", "cannot be read")]
    public async Task A_silo_whose_own_files_cannot_work_does_not_start(string certificate, string reason)
    {
        using var certificates = await TestCertificates.CreateAsync();
        await certificates.ClientAsync("app");
        await certificates.SiloAsync("misnamed", "silo.elsewhere");
        await certificates.SiloAsync("foreign", isForeign: true);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => SiloProcess.StartAsync(new SiloProcessOptions
            {
                ClusterConnectionString = "Host=127.0.0.1;Port=1",
                Configuration = certificates.Settings(certificate),
            }));

        Assert.Contains("exit code 78", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    private static async Task AssertRefusedAsync(
        Dictionary<string, string> first, Dictionary<string, string> second, string reason, string line)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await SiloProcess.StartAsync(
            Options(database, first), TestContext.Current.CancellationToken);
        var began = Stopwatch.GetTimestamp();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => SiloProcess.StartAsync(Options(database, second) with { Name = "silo-2" }));

        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, Seconds);
        Assert.Contains("exit code 69", refused.Message, StringComparison.Ordinal);
        Assert.Contains("This silo cannot join its cluster", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"silo silo-1 at 127.0.0.1:", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        AssertNoStackTrace(refused.Message);
        await silo.WaitForOutputAsync(line).Within("the line of the running silo");
        AssertNoStackTrace(silo.Output);
    }

    private static void AssertNoStackTrace(string output) =>
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);

    private static string[] Lines(SiloProcess silo) => silo.Output.Split('\n');

    private static async Task<string> HealthAsync(SiloProcess silo)
    {
        using var http = new HttpClient { BaseAddress = silo.Address };
        return await http.GetStringAsync(
            new Uri("health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
    }

    private static SiloProcessOptions Options(TestDatabase database, Dictionary<string, string> tls)
    {
        var options = Fleet.Options(database);
        return options with
        {
            Configuration = options.Configuration.Concat(tls).ToDictionary(pair => pair.Key, pair => pair.Value),
        };
    }

    private static Dictionary<string, string> OnPort(
        Dictionary<string, string> settings, string key, IPEndPoint port) =>
        new(settings) { [$"EndpointSync:Cluster:{key}"] = $"{port.Port}" };

    private static Dictionary<string, string?> Soon(
        Dictionary<string, string?> settings, params (string Key, string Value)[] tls)
    {
        var all = new Dictionary<string, string?>(settings) { ["EndpointSync:Cluster:ConnectTimeout"] = "00:00:04" };
        foreach (var (key, value) in tls)
        {
            all[$"EndpointSync:Cluster:Tls:{key}"] = value;
        }

        return all;
    }

    private static ClientHost App(TestDatabase database, Dictionary<string, string?> settings) => new(
        database.ConnectionString,
        new Dictionary<string, string?>(settings) { ["EndpointSync:Cluster:ClusterId"] = database.Name });
}
