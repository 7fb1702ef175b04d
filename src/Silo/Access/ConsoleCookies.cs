using System.Security.Cryptography;
using System.Text;

namespace EndpointSync.Silo.Access;

/// <summary>
/// The console's two cookies: the session, and the key of its forms. Both are random, hidden from scripts, and sent
/// with requests of the console's own pages only. Where the silo is reached by TLS, browsers send them by TLS only, and
/// the prefix keeps a neighbouring site of the same domain from setting them.
/// </summary>
internal static class ConsoleCookies
{
    private const string Session = "endpointsync-session";
    private const string Forms = "endpointsync-forms";
    private const string OnlyByTls = "__Host-";
    private const int SecretBytes = 32;

    /// <summary>The session's secret that a request presents; null if it presents none.</summary>
    public static string? SessionOf(HttpRequest request) => Read(request, Session);

    /// <summary>Gives the browser a session.</summary>
    public static void SetSession(HttpContext http, string secret) => Set(http, Session, secret);

    /// <summary>Takes the session from the browser.</summary>
    public static void DeleteSession(HttpContext http) =>
        http.Response.Cookies.Delete(NameOf(http.Request, Session), Options(http.Request));

    /// <summary>A new secret of 256 random bits.</summary>
    public static string CreateSecret() => Convert.ToHexString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>
    /// What a form of a page has to send back. It is computed from both cookies, so every silo can check it, and no
    /// other site can know it.
    /// </summary>
    public static string FormToken(HttpContext http)
    {
        if (Read(http.Request, Forms) is not { } key)
        {
            if (http.Items[Forms] is not string given)
            {
                http.Items[Forms] = given = CreateSecret();
                Set(http, Forms, given);
            }

            key = given;
        }

        return TokenOf(key, SessionOf(http.Request));
    }

    /// <summary>Whether a form comes from a page that this browser was given.</summary>
    public static bool IsOwnForm(HttpRequest request, string? token) =>
        token is not null && Read(request, Forms) is { } key
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(TokenOf(key, SessionOf(request))), Encoding.UTF8.GetBytes(token));

    private static string TokenOf(string key, string? session) => Convert.ToHexString(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(session ?? "")));

    private static string? Read(HttpRequest request, string name) =>
        request.Cookies[NameOf(request, name)] is { Length: 2 * SecretBytes } value ? value : null;

    private static void Set(HttpContext http, string name, string value) =>
        http.Response.Cookies.Append(NameOf(http.Request, name), value, Options(http.Request));

    private static string NameOf(HttpRequest request, string name) => request.IsHttps ? OnlyByTls + name : name;

    private static CookieOptions Options(HttpRequest request) => new()
    {
        HttpOnly = true,
        Secure = request.IsHttps,
        SameSite = SameSiteMode.Strict,
        Path = "/",
    };
}
