using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EndpointSync.Tests.Testing;
using Microsoft.AspNetCore.WebUtilities;

namespace EndpointSync.Tests.Process.Access;

/// <summary>Tokens of a real issuer on this machine, and what a real silo answers to each.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private const string AdminKey = ProtectedSilo.AdminKey;
    private const string Status = "registries/openspp";
    private const string Newest = "registries/openspp/feed/newest";

    private TestDatabase _database = null!;
    private LocalIssuer _issuer = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _issuer = await LocalIssuer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _issuer.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_token_may_do_what_its_roles_say_in_their_registries()
    {
        await using var silo = await StartAsync();

        await AllowsAsync(silo, ["viewer"], get: true, reload: false, feed: false, keys: false);
        await AllowsAsync(silo, ["viewer/openspp"], get: true, reload: false, feed: false, keys: false);
        await AllowsAsync(silo, ["viewer/another"], get: false, reload: false, feed: false, keys: false);
        await AllowsAsync(silo, ["operator/openspp"], get: true, reload: true, feed: false, keys: false);
        await AllowsAsync(silo, ["worker"], get: false, reload: false, feed: true, keys: false);
        await AllowsAsync(silo, ["worker/openspp"], get: false, reload: false, feed: true, keys: false);
        await AllowsAsync(silo, ["worker/another"], get: false, reload: false, feed: false, keys: false);
        await AllowsAsync(
            silo, ["worker/openspp", "viewer/openspp"], get: true, reload: false, feed: true, keys: false);
        await AllowsAsync(silo, ["admin"], get: true, reload: true, feed: true, keys: true);
        await AllowsAsync(silo, ["admin/openspp"], get: true, reload: true, feed: true, keys: false);
        await AllowsAsync(silo, ["nobody", "admin/", "3"], get: false, reload: false, feed: false, keys: false);
        await AllowsAsync(silo, [], get: false, reload: false, feed: false, keys: false);
    }

    [Fact]
    public async Task The_issuers_own_names_of_roles_mean_what_is_configured_and_others_nothing()
    {
        await using var silo = await StartAsync(new()
        {
            ["EndpointSync:Http:Jwt:RoleClaim"] = "realm_access.roles",
            ["EndpointSync:Http:Jwt:NameClaim"] = "preferred_username",
            ["EndpointSync:Http:Jwt:Roles:sync-ops"] = "operator/openspp",
            ["EndpointSync:Http:Jwt:Roles:sync-admins"] = "admin",
        });

        Assert.Equal(HttpStatusCode.OK, await silo.StatusAsync(Token("sync-ops"), Status));
        Assert.Equal(HttpStatusCode.Forbidden, await silo.StatusAsync(Token("sync-ops"), "keys"));
        // A role that this issuer gives for something else.
        Assert.Equal(HttpStatusCode.Forbidden, await silo.StatusAsync(Token("admin"), Status));
        Assert.Equal(HttpStatusCode.Forbidden, await silo.StatusAsync(_issuer.Token(["sync-ops"]), Status));

        Assert.Equal(
            HttpStatusCode.Created,
            await silo.StatusAsync(Token("sync-admins"), "POST", "keys", """{"name":"a key","role":"Viewer"}"""));
        Assert.Equal("token:ada", await _database.ScalarAsync<string>("select created_by from orleans.api_keys"));

        string Token(string role) => _issuer.Token([], claims =>
        {
            claims["realm_access"] = new JsonObject { ["roles"] = new JsonArray("offline", role) };
            claims["preferred_username"] = "ada";
        });
    }

    [Fact]
    public async Task A_token_with_anything_wrong_is_refused()
    {
        await using var silo = await StartAsync();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var good = _issuer.Token(["admin"]);
        var parts = good.Split('.');
        var known = _issuer.Key;
        var stranger = SigningKey.Rsa(known.Id);
        Assert.Equal(HttpStatusCode.OK, await silo.StatusAsync(good, Status));
        Assert.Equal(
            HttpStatusCode.OK,
            await silo.StatusAsync(
                Changed(claims => claims["aud"] = new JsonArray("another", LocalIssuer.Audience)), Status));

        foreach (var (what, token) in new[]
        {
            ("expired", Changed(claims => claims["exp"] = now - 120)),
            ("not valid yet", Changed(claims => claims["nbf"] = now + 300)),
            ("without an end", Changed(claims => claims.Remove("exp"))),
            ("for another audience", Changed(claims => claims["aud"] = "another")),
            ("for no audience", Changed(claims => claims.Remove("aud"))),
            ("of another issuer", Changed(claims => claims["iss"] = "https://issuer.example")),
            ("of no issuer", Changed(claims => claims.Remove("iss"))),
            ("unsigned", (known with { Algorithm = "none", Signature = _ => [] }).Sign(Claims(good))),
            ("unsigned, with a signature", (known with { Algorithm = "none" }).Sign(Claims(good))),
            ("without its signature", $"{parts[0]}.{parts[1]}."),
            ("with the modulus as a secret", Shared(key => WebEncoders.Base64UrlDecode($"{key["n"]}"))),
            ("with the text of the key as a secret", Shared(key => Encoding.UTF8.GetBytes(key.ToJsonString()))),
            ("with the PEM of the key as a secret", Shared(Pem)),
            ("of an unknown key", _issuer.Token(["admin"], key: SigningKey.Rsa("unknown"))),
            ("of another key with the id of a known one", _issuer.Token(["admin"], key: stranger)),
            ("of a curve with the id of a known key",
                _issuer.Token(["admin"], key: SigningKey.EllipticCurve(known.Id))),
            ("with claims of another", $"{parts[0]}.{_issuer.Token(["worker"]).Split('.')[1]}.{parts[2]}"),
            ("no token", "eyJhbGciOiJub25lIn0.e30."),
            ("no JSON", "eyJ.a.b"),
        })
        {
            Assert.Equal((what, HttpStatusCode.Unauthorized), (what, await silo.StatusAsync(token, Status)));
        }

        string Changed(Action<JsonObject> change) => _issuer.Token(["admin"], change);
        string Shared(Func<JsonNode, byte[]> secret) => known.AsSharedSecret(secret).Sign(Claims(good));
    }

    [Fact]
    public async Task After_a_rotation_the_next_key_is_accepted_and_the_last_one_refused()
    {
        await using var silo = await StartAsync();
        var before = _issuer.Token(["viewer"]);
        Assert.Equal(HttpStatusCode.OK, await silo.StatusAsync(before, Status));

        _issuer.Rotate(SigningKey.EllipticCurve("second"));

        await UntilAsync(HttpStatusCode.OK, silo, _issuer.Token(["viewer"]));
        Assert.Equal(HttpStatusCode.Unauthorized, await silo.StatusAsync(before, Status));

        _issuer.Rotate(SigningKey.Rsa("third"));
        await UntilAsync(HttpStatusCode.OK, silo, _issuer.Token(["viewer"]));
    }

    [Fact]
    public async Task While_the_issuer_is_away_keys_work_and_tokens_are_answered_with_the_reason()
    {
        _issuer.IsAway = true;
        await using var silo = await StartAsync(new()
        {
            ["EndpointSync:Http:AdminKeyHash"] = ProtectedSilo.HashOf(AdminKey),
        });
        var token = _issuer.Token(["viewer"]);

        var (status, problem) = await silo.AskAsync(token, "GET", Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains(
            "the issuer of tokens does not answer", problem.GetProperty("detail").GetString(),
            StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, await silo.StatusAsync(AdminKey, Status));
        Assert.Equal(HttpStatusCode.Unauthorized, await silo.StatusAsync("another key", Status));
        Assert.Contains($"The issuer of tokens {_issuer.Url} cannot be asked", silo.Output, StringComparison.Ordinal);

        _issuer.IsAway = false;
        await UntilAsync(HttpStatusCode.OK, silo, token);

        // Now the silo knows the keys.
        _issuer.IsAway = true;
        Assert.Equal(HttpStatusCode.OK, await silo.StatusAsync(_issuer.Token(["viewer"]), Status));
        Assert.DoesNotContain(token, silo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Split('.')[2], silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_issuer_that_accepts_connections_and_never_answers_holds_up_neither_start_nor_requests()
    {
        _issuer.Hangs = true;
        await using var silo = await StartAsync(new()
        {
            ["EndpointSync:Http:AdminKeyHash"] = ProtectedSilo.HashOf(AdminKey),
        });
        var token = _issuer.Token(["viewer"]);

        // The first requests wait for the first question, which ends after five seconds; later ones do not wait.
        var first = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => silo.StatusAsync(token, Status)))
            .WaitAsync(TimeSpan.FromSeconds(20), Cancelled);
        var later = Enumerable.Range(0, 20).Select(_ => silo.StatusAsync(token, Status));
        Assert.All(
            first.Concat(await Task.WhenAll(later).WaitAsync(TimeSpan.FromSeconds(4), Cancelled)),
            status => Assert.Equal(HttpStatusCode.ServiceUnavailable, status));

        Assert.Equal(HttpStatusCode.OK, await silo.StatusAsync(AdminKey, Status));
        Assert.Contains("it did not answer within 5 seconds", silo.Output, StringComparison.Ordinal);

        _issuer.Hangs = false;
        await UntilAsync(HttpStatusCode.OK, silo, token);
    }

    [Fact]
    public async Task Keys_are_not_read_from_another_machine_without_https()
    {
        _issuer.KeysUrl = "http://192.0.2.1/keys";
        await using var silo = await StartAsync();

        Assert.Equal(
            HttpStatusCode.ServiceUnavailable, await silo.StatusAsync(_issuer.Token(["viewer"]), Status));
        Assert.Contains("http://192.0.2.1/keys has no https", silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_issuer_alone_requires_a_credential_of_everybody()
    {
        await using var silo = await StartAsync();

        foreach (var credential in new[] { null, "a key" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await silo.StatusAsync(credential, Status));
        }

        Assert.Equal(HttpStatusCode.OK, await silo.StatusAsync(_issuer.Token(["viewer"]), Status));
    }

    private static JsonObject Claims(string token) =>
        JsonNode.Parse(WebEncoders.Base64UrlDecode(token.Split('.')[1]))!.AsObject();

    private static byte[] Pem(JsonNode key)
    {
        using var rsa = RSA.Create(new RSAParameters
        {
            Modulus = WebEncoders.Base64UrlDecode($"{key["n"]}"),
            Exponent = WebEncoders.Base64UrlDecode($"{key["e"]}"),
        });
        return Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem());
    }

    // Without keys, unless a test sets one.
    private async Task<ProtectedSilo> StartAsync(Dictionary<string, string>? settings = null)
    {
        var all = new Dictionary<string, string>
        {
            ["EndpointSync:Http:AdminKeyHash"] = "",
            ["EndpointSync:Http:WorkerKeyHash"] = "",
            ["EndpointSync:Http:Jwt:Authority"] = _issuer.Url,
            ["EndpointSync:Http:Jwt:Audience"] = LocalIssuer.Audience,
        };
        foreach (var (key, value) in settings ?? [])
        {
            all[key] = value;
        }

        return await ProtectedSilo.StartAsync(_database, all);
    }

    private async Task AllowsAsync(ProtectedSilo silo, string[] roles, bool get, bool reload, bool feed, bool keys)
    {
        var token = _issuer.Token(roles);
        var answers = new[]
        {
            await silo.StatusAsync(token, Status), await silo.StatusAsync(token, "POST", $"{Status}/reload"),
            await silo.StatusAsync(token, Newest), await silo.StatusAsync(token, "keys"),
        };

        Assert.Equal(
            (string.Join(' ', roles), string.Join(' ', new[] { get, reload, feed, keys }.Select(
                allowed => allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden))),
            (string.Join(' ', roles), string.Join(' ', answers)));
    }

    // The silo asks the issuer again at most every ten seconds.
    private static Task UntilAsync(HttpStatusCode expected, ProtectedSilo silo, string token) => Deadline.UntilAsync(
        async () => await silo.StatusAsync(token, Status) == expected, $"a token that is answered with {expected}");
}
