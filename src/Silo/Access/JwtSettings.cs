namespace EndpointSync.Silo.Access;

/// <summary>Tokens of an OpenID Connect issuer: the configuration section <c>EndpointSync:Http:Jwt</c>.</summary>
internal sealed class JwtSettings
{
    /// <summary>The issuer's URL, below which its discovery document is. Without it no token is valid.</summary>
    public string? Authority { get; set; }

    /// <summary>The audience that a token must be meant for.</summary>
    public string? Audience { get; set; }

    /// <summary>The claim with the roles. Dots lead into objects: <c>realm_access.roles</c>.</summary>
    public string RoleClaim { get; set; } = "roles";

    /// <summary>The claim that names the caller.</summary>
    public string NameClaim { get; set; } = "sub";

    /// <summary>
    /// What the values of the role claim mean, such as <c>operator</c> or <c>worker/openspp</c>. If any are given,
    /// other values mean nothing; if none are, values mean what they say.
    /// </summary>
    public Dictionary<string, string> Roles { get; set; } = [];

    /// <summary>
    /// What the console is called at the issuer. With it, people sign in to the console by the issuer.
    /// </summary>
    public string? ClientId { get; set; }

    /// <summary>The console's secret at the issuer, if that gave it one.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>What the console asks the issuer for, separated by spaces.</summary>
    public string Scope { get; set; } = "openid profile";

    /// <summary>The single scopes.</summary>
    public IEnumerable<string> Scopes => Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether people sign in by the issuer.</summary>
    public bool SignsIn => IsConfigured && ClientId is not null;

    /// <summary>Whether tokens are accepted.</summary>
    public bool IsConfigured => Authority is not null;
}
