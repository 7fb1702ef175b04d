using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Process.Access;

/// <summary>An issuer of tokens: a server with a discovery document and the public keys, and real signatures.</summary>
internal sealed class LocalIssuer : IAsyncDisposable
{
    public const string Audience = "endpointsync";

    private readonly WebApplication _app;
    private volatile SigningKey[] _published;

    private LocalIssuer(WebApplication app, SigningKey key)
    {
        (_app, Key, _published) = (app, key, [key]);
        SignIn = new LocalSignIn(app, this);
        app.MapGet("/.well-known/openid-configuration", () => Answer(new JsonObject(SignIn.Endpoints)
        {
            ["issuer"] = Url,
            ["jwks_uri"] = KeysUrl ?? $"{Url}/keys",
        }));
        app.MapGet("/keys", () => Answer(new JsonObject
        {
            ["keys"] = new JsonArray([.. _published.Select(published => published.Public())]),
        }));
        app.Use(async (context, next) =>
        {
            if (IsAway)
            {
                context.Abort();
            }
            else if (Hangs)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else
            {
                await next(context);
            }
        });
    }

    public string Url => _app.Urls.Single();

    /// <summary>The key that tokens are signed with unless they name another.</summary>
    public SigningKey Key { get; private set; }

    /// <summary>Where people sign in.</summary>
    public LocalSignIn SignIn { get; }

    /// <summary>Where the discovery document says that the keys are; null for the truth.</summary>
    public string? KeysUrl { get; set; }

    /// <summary>Whether connections end without an answer.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether connections stay open without an answer.</summary>
    public bool Hangs { get; set; }

    public static async Task<LocalIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var issuer = new LocalIssuer(app, SigningKey.Rsa("first"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return issuer;
    }

    /// <summary>Publishes another key in the place of all others, and signs with it.</summary>
    public void Rotate(SigningKey next) => (Key, _published) = (next, [next]);

    /// <summary>A token that is right but for what changes it.</summary>
    /// <param name="roles">The roles.</param>
    /// <param name="change">Changes the claims.</param>
    /// <param name="key">The key that signs; null for the issuer's.</param>
    public string Token(string[] roles, Action<JsonObject>? change = null, SigningKey? key = null)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = Url,
            ["aud"] = Audience,
            ["sub"] = "tester",
            ["iat"] = now,
            ["nbf"] = now,
            ["exp"] = now + 600,
            ["roles"] = new JsonArray([.. roles.Select(role => (JsonNode)role)]),
        };
        change?.Invoke(claims);
        return (key ?? Key).Sign(claims);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static IResult Answer(JsonObject answer) => Results.Text(answer.ToJsonString(), "application/json");
}

/// <summary>A key of the issuer, or of somebody who would like to be it.</summary>
/// <param name="Id">The key's id.</param>
/// <param name="Algorithm">The algorithm that tokens name.</param>
/// <param name="Signature">Signs.</param>
/// <param name="Public">The key as the issuer publishes it.</param>
internal sealed record SigningKey(
    string Id, string Algorithm, Func<byte[], byte[]> Signature, Func<JsonNode> Public)
{
    public static SigningKey Rsa(string id)
    {
        var rsa = RSA.Create(2048);
        var parameters = rsa.ExportParameters(includePrivateParameters: false);
        return new SigningKey(
            id, "RS256", data => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            () => new JsonObject
            {
                ["kty"] = "RSA",
                ["kid"] = id,
                ["use"] = "sig",
                ["n"] = WebEncoders.Base64UrlEncode(parameters.Modulus!),
                ["e"] = WebEncoders.Base64UrlEncode(parameters.Exponent!),
            });
    }

    public static SigningKey EllipticCurve(string id)
    {
        var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = curve.ExportParameters(includePrivateParameters: false).Q;
        return new SigningKey(
            id, "ES256", data => curve.SignData(data, HashAlgorithmName.SHA256),
            () => new JsonObject
            {
                ["kty"] = "EC",
                ["kid"] = id,
                ["use"] = "sig",
                ["crv"] = "P-256",
                ["x"] = WebEncoders.Base64UrlEncode(point.X!),
                ["y"] = WebEncoders.Base64UrlEncode(point.Y!),
            });
    }

    /// <summary>The attack that takes a published key for a shared secret.</summary>
    public SigningKey AsSharedSecret(Func<JsonNode, byte[]> secret) => this with
    {
        Algorithm = "HS256",
        Signature = data => HMACSHA256.HashData(secret(Public()), data),
    };

    public string Sign(JsonObject claims)
    {
        var header = new JsonObject { ["alg"] = Algorithm, ["typ"] = "JWT", ["kid"] = Id };
        var text = $"{Encode(header)}.{Encode(claims)}";
        return $"{text}.{WebEncoders.Base64UrlEncode(Signature(Encoding.ASCII.GetBytes(text)))}";
    }

    private static string Encode(JsonObject json) =>
        WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes(json));
}
