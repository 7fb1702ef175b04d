using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace EndpointSync.Silo.Access;

/// <summary>Recognizes callers by tokens of an OpenID Connect issuer.</summary>
internal static class JwtTokens
{
    private const string Subject = "sub";

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    // Not those with a shared secret: a public key would pass for one.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    /// <summary>Whether a credential has the form of a token: three parts, the first a JSON object.</summary>
    public static bool IsToken(string credential) =>
        credential.StartsWith("eyJ", StringComparison.Ordinal) && credential.Count(letter => letter == '.') == 2;

    public static void Configure(JwtBearerOptions options, JwtSettings settings, TokenIssuer issuer)
    {
        options.ConfigurationManager = issuer.Configuration;
        options.MapInboundClaims = false;
        options.SaveToken = false;
        // Not the options from before: the framework fills them from configuration sections that nobody checks.
        options.TokenValidationParameters = RulesFor(settings.Audience!);
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = received => AskIssuerAsync(received, issuer),
            OnTokenValidated = validated => RecognizeAsync(validated, settings),
        };
    }

    /// <summary>What a token has to fulfil.</summary>
    /// <param name="audience">Whom it has to be meant for.</param>
    public static TokenValidationParameters RulesFor(string audience) => new()
    {
        ValidAudience = audience,
        ValidAlgorithms = Algorithms,
        ClockSkew = ClockSkew,
    };

    /// <summary>The caller that a checked token stands for.</summary>
    public static ClaimsPrincipal CallerOf(ClaimsPrincipal token, JwtSettings settings)
    {
        var name = token.FindFirstValue(settings.NameClaim) ?? token.FindFirstValue(Subject) ?? "nobody";
        return Grant.Principal(
            JwtBearerDefaults.AuthenticationScheme, $"token:{name}", GrantsOf(token, settings));
    }

    /// <summary>What a token allows.</summary>
    public static IEnumerable<Grant> GrantsOf(ClaimsPrincipal token, JwtSettings settings)
    {
        foreach (var value in Values(token, settings.RoleClaim))
        {
            var meaning = settings.Roles.Count == 0 ? value : settings.Roles.GetValueOrDefault(value, "");
            if (Grant.TryParse(meaning, out var grant))
            {
                yield return grant;
            }
        }
    }

    private static async Task AskIssuerAsync(MessageReceivedContext received, TokenIssuer issuer)
    {
        if (!await issuer.IsKnownAsync(received.HttpContext.RequestAborted))
        {
            AccessAnswers.CannotCheck(
                received.HttpContext, "token", "the issuer of tokens does not answer, and this silo does not know its "
                + "keys");
            received.Fail("the token cannot be checked");
        }
    }

    private static Task RecognizeAsync(TokenValidatedContext validated, JwtSettings settings)
    {
        validated.Principal = CallerOf(validated.Principal!, settings);
        return Task.CompletedTask;
    }

    private static IEnumerable<string> Values(ClaimsPrincipal token, string path)
    {
        // Names of claims may have dots themselves, as URLs do.
        var plain = token.FindAll(path).Select(claim => claim.Value).ToList();
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        return plain.Count > 0 || dot < 0
            ? plain
            : token.FindAll(path[..dot]).SelectMany(claim => Inside(claim.Value, path[(dot + 1)..]));
    }

    private static IEnumerable<string> Inside(string json, string path)
    {
        JsonElement found;
        try
        {
            found = JsonElement.Parse(json);
        }
        catch (JsonException)
        {
            return [];
        }

        foreach (var name in path.Split('.'))
        {
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
            {
                return [];
            }
        }

        var values = found.ValueKind == JsonValueKind.Array ? found.EnumerateArray().ToArray() : [found];
        return values.Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()!);
    }
}
