using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace EndpointSync.Tests.Process.Access;

/// <summary>
/// Where people sign in at the issuer: the authorization code flow with PKCE, of a strict server. A code is good once,
/// for the client, the address and the verifier that it was made for.
/// </summary>
internal sealed class LocalSignIn
{
    public const string ClientId = "console";
    public const string ClientSecret = "the console's secret";

    private readonly ConcurrentDictionary<string, Request> _codes = new();
    private readonly ConcurrentDictionary<string, string[]> _tokens = new();
    private readonly LocalIssuer _issuer;

    public LocalSignIn(WebApplication app, LocalIssuer issuer)
    {
        _issuer = issuer;
        app.MapGet("/authorize", Ask);
        app.MapPost("/authorize", DecideAsync);
        app.MapPost("/token", GiveTokensAsync);
        app.MapGet("/userinfo", TellOf);
    }

    /// <summary>The address to which codes may be sent.</summary>
    public HashSet<string> Callbacks { get; } = [];

    /// <summary>The roles in the identity token.</summary>
    public string[] RolesInToken { get; set; } = [];

    /// <summary>The roles that only the user information has.</summary>
    public string[] RolesInUserInfo { get; set; } = [];

    /// <summary>Changes the claims of the identity token.</summary>
    public Action<JsonObject>? Change { get; set; }

    /// <summary>Its part of the discovery document. The page is on another site than the console.</summary>
    public IEnumerable<KeyValuePair<string, JsonNode?>> Endpoints =>
    [
        new("authorization_endpoint", $"http://localhost:{new Uri(_issuer.Url).Port}/authorize"),
        new("token_endpoint", $"{_issuer.Url}/token"),
        new("userinfo_endpoint", $"{_issuer.Url}/userinfo"),
    ];

    private IResult Ask(HttpRequest request)
    {
        var query = request.Query;
        return query["client_id"] == ClientId && query["response_type"] == "code"
            && query["scope"].ToString().Split(' ').Contains("openid") && query["code_challenge_method"] == "S256"
            && query["code_challenge"].ToString().Length == 43 && Callbacks.Contains(query["redirect_uri"].ToString())
            ? Results.Text(
                $"""
                 <!DOCTYPE html><html lang="en"><title>Issuer</title><h1>Who are you?</h1>
                 <form method="post" action="/authorize{System.Net.WebUtility.HtmlEncode($"{request.QueryString}")}">
                 <button name="as" value="alice">I am alice</button><button name="as" value="">Cancel</button></form>
                 """,
                "text/html")
            : Results.BadRequest($"This request is not for this issuer: {request.QueryString}");
    }

    private async Task<IResult> DecideAsync(HttpRequest request)
    {
        var name = (await request.ReadFormAsync())["as"].ToString();
        var query = request.Query;
        var (address, state) = (query["redirect_uri"].ToString(), query["state"].ToString());
        if (name.Length == 0)
        {
            return Results.Redirect(QueryHelpers.AddQueryString(
                address, new Dictionary<string, string?> { ["error"] = "access_denied", ["state"] = state }));
        }

        var code = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        _codes[code] = new Request(
            name, address, query["code_challenge"].ToString(), query["nonce"].ToString());
        return Results.Redirect(QueryHelpers.AddQueryString(
            address, new Dictionary<string, string?> { ["code"] = code, ["state"] = state }));
    }

    private async Task<IResult> GiveTokensAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var challenge = WebEncoders.Base64UrlEncode(
            SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (!_codes.TryRemove(form["code"].ToString(), out var asked) || form["grant_type"] != "authorization_code"
            || form["client_id"] != ClientId || form["client_secret"] != ClientSecret
            || form["redirect_uri"] != asked.Address || challenge != asked.Challenge)
        {
            return Results.Json(new { error = "invalid_grant" }, statusCode: StatusCodes.Status400BadRequest);
        }

        var access = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        _tokens[access] = RolesInUserInfo;
        var identity = _issuer.Token(RolesInToken, claims =>
        {
            (claims["aud"], claims["sub"], claims["nonce"]) = (ClientId, asked.Name, asked.Nonce);
            if (RolesInToken.Length == 0)
            {
                claims.Remove("roles");
            }

            Change?.Invoke(claims);
        });
        return Results.Json(new
        {
            access_token = access,
            id_token = identity,
            token_type = "Bearer",
            expires_in = 60,
        });
    }

    private IResult TellOf(HttpRequest request) =>
        _tokens.TryRemove(request.Headers.Authorization.ToString()["Bearer ".Length..], out var roles)
            ? Results.Json(new { sub = "alice", roles })
            : Results.Unauthorized();

    private sealed record Request(string Name, string Address, string Challenge, string Nonce);
}
