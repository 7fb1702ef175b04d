using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace EndpointSync;

/// <summary>
/// An API key as text: <c>epsync_</c>, an id of 12 characters, <c>_</c>, a secret of 52. The beginning lets scanners of
/// repositories and logs find a key that leaked: <c>epsync_[0-9a-z]{12}_[0-9a-z]{52}</c>.
/// </summary>
internal static class ApiKeyText
{
    public const string Prefix = "epsync_";

    private const int IdLength = 12;

    // 52 characters of 5 bits: 260 bits, which nobody guesses. So one round of SHA-256 protects what is stored; a slow
    // hash is for passwords.
    private const int SecretLength = 52;

    // Crockford's base 32: no letter that is read as a digit.
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private static readonly SearchValues<char> Characters = SearchValues.Create(Alphabet);

    /// <summary>A new key.</summary>
    public static string Create() => Prefix + RandomNumberGenerator.GetString(Alphabet, IdLength) + "_"
        + RandomNumberGenerator.GetString(Alphabet, SecretLength);

    /// <summary>The id of a key; null if the text is none.</summary>
    public static string? IdOf(string text) =>
        text.Length == Prefix.Length + IdLength + 1 + SecretLength
        && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text[Prefix.Length + IdLength] == '_'
        && !text.AsSpan(Prefix.Length, IdLength).ContainsAnyExcept(Characters)
        && !text.AsSpan(Prefix.Length + IdLength + 1).ContainsAnyExcept(Characters)
            ? text.Substring(Prefix.Length, IdLength)
            : null;

    /// <summary>What is stored of a key: 32 bytes from which it cannot be computed.</summary>
    public static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
