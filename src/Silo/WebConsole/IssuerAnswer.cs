using System.Security.Claims;

namespace EndpointSync.Silo.WebConsole;

/// <summary>How a sign-in by the issuer ended.</summary>
/// <param name="Person">Who was signed in there; null if it failed.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="Return">The page where it began.</param>
internal sealed record IssuerAnswer(ClaimsPrincipal? Person, string? Failure, string? Return);
