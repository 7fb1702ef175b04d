using EndpointSync.Silo.Access;

namespace EndpointSync.Tests.Unit.Silo;

public sealed class ClientCertificateRulesTests : IDisposable
{
    private const string Section = "EndpointSync:Http:ClientCertificates";

    private readonly AuthorityFile _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void Roles_need_an_authority() => Assert.StartsWith(
        $"{Section} needs a CertificateAuthority",
        Assert.Single(Check(certificates => certificates.Roles["web.example"] = "worker")), StringComparison.Ordinal);

    [Theory]
    [InlineData("owner")]
    [InlineData("")]
    [InlineData("worker, 3")]
    [InlineData("worker/a b")]
    [InlineData("worker,,")]
    public void Roles_must_be_those_that_there_are(string roles) => Assert.StartsWith(
        $"{Section}:Roles:web.example ('{roles}') must be viewer",
        Assert.Single(Check(certificates =>
        {
            certificates.CertificateAuthority = _authority.Path;
            certificates.Roles["web.example"] = roles;
        })),
        StringComparison.Ordinal);

    [Fact]
    public void A_certificate_may_have_several_roles_and_a_workers_key_needs_no_other_credential_beside_an_authority()
    {
        var http = new HttpSettings { WorkerKeyHash = new string('0', 64) };
        http.ClientCertificates.CertificateAuthority = _authority.Path;
        http.ClientCertificates.Roles["web.example"] = "worker/openspp, worker/orders,viewer";

        Assert.Empty(HttpSettingsRules.Check(http));
        Assert.Equal(
            ["worker/openspp", "worker/orders", "viewer"],
            http.ClientCertificates.GrantsOf(["WEB.example", "other.example"]).Select(grant => $"{grant}"));
        Assert.Empty(http.ClientCertificates.GrantsOf(["other.example", ClientCertificateSettings.DefaultName]));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() => Assert.StartsWith(
        $"{Section}:CertificateAuthority ('/no/such/file') cannot be read",
        Assert.Single(Check(certificates => certificates.CertificateAuthority = "/no/such/file")),
        StringComparison.Ordinal);

    [Fact]
    public void The_text_of_a_key_in_the_place_of_its_path_is_not_shown()
    {
        var complaint = Assert.Single(Check(
            certificates => certificates.CertificateAuthority = "-----BEGIN PRIVATE KEY-----\nsesame"));

        Assert.Contains("CertificateAuthority has the text of a PEM file", complaint, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", complaint, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Check(Action<ClientCertificateSettings> change)
    {
        var http = new HttpSettings();
        change(http.ClientCertificates);
        return HttpSettingsRules.Check(http);
    }
}
