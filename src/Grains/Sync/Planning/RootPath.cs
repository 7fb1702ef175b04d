using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace EndpointSync.Grains.Sync.Planning;

/// <summary>
/// The path below which an endpoint answers. The one rule for it: what an edit stores, what a sync routes and who has a
/// path already all follow from here. A path that begins with a slash is taken as it is stored, trailing slashes and
/// spaces included, because Odoo's workers build their rules from it as it is.
/// </summary>
internal static class RootPath
{
    /// <summary>
    /// The longest root path in characters. Common proxies cut off a request line at 8 KiB, and it must hold the rest
    /// of the URL too.
    /// </summary>
    public const int MaxLength = 1024;

    private const int ShownCharacters = 40;

    /// <summary>
    /// What Odoo's form trims: Python counts the four separators of ASCII as white space, and .NET does not.
    /// </summary>
    public static string WhiteSpace { get; } = string.Concat(
         Enumerable.Range(0, char.MaxValue + 1)
            .Select(code => (char)code)
            .Where(letter => char.IsWhiteSpace(letter) || letter is >= '\u001c' and <= '\u001f'));

    private static readonly char[] Spaces = [.. WhiteSpace];
    private static readonly char[] SpacesAndSlash = [.. WhiteSpace, '/'];
    private static readonly string[] Reserved = ["/web", "/website"];

    /// <summary>Reads a stored root path.</summary>
    /// <param name="stored">The stored value.</param>
    /// <param name="rootPath">
    /// The path that the rules are built from. It is the stored one, unless that has no leading slash: Odoo's workers
    /// could not read a rule without one, and Odoo's form would have added it.
    /// </param>
    /// <param name="reason">Why no rule can be built from it; names the value.</param>
    public static bool TryNormalize(
        string stored, [NotNullWhen(true)] out string? rootPath, [NotNullWhen(false)] out string? reason)
    {
        rootPath = stored.StartsWith('/') ? stored : Clean(stored);
        reason = ReasonAgainst(stored, rootPath);
        if (reason is not null)
        {
            rootPath = null;
        }

        return reason is null;
    }

    /// <summary>Reads a root path that somebody enters; trailing slashes are seldom meant.</summary>
    public static bool TryEnter(
        string entered, [NotNullWhen(true)] out string? rootPath, [NotNullWhen(false)] out string? reason) =>
        TryNormalize(Clean(entered).TrimEnd(SpacesAndSlash), out rootPath, out reason);

    /// <summary>
    /// By what Odoo's workers find the app of a request: two root paths with the same key are one to them. They ignore
    /// case, repeated and trailing slashes, and white space around the path.
    /// </summary>
    public static string LookupKey(string rootPath) =>
        "/" + string.Join(
            '/', rootPath.Trim(Spaces).ToLowerInvariant().Split('/', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>
    /// Finds paths that may have the same <see cref="LookupKey"/>, by an index of Postgres: one of these texts is the
    /// <see cref="Fold"/> of each. Spellings with capital and small letters beyond ASCII side by side are not found.
    /// </summary>
    public static string[] Folds(string path) => Ascii.IsValid(path) ? [Fold(path)] :
    [
        .. new[] { path, path.ToLowerInvariant(), path.ToUpperInvariant() }
            .SelectMany(text => new[] { text, string.Concat(text.Split(Spaces)) })
            .Select(Fold)
            .Distinct(),
    ];

    /// <summary>
    /// A path without slashes and white space, in small letters, as far as ASCII goes. The database's
    /// <c>endpoint_sync.folded</c> says the same.
    /// </summary>
    public static string Fold(string path)
    {
        var folded = new StringBuilder(path.Length);
        foreach (var letter in path)
        {
            if (letter is not ('/' or ' ' or (>= '\t' and <= '\r') or (>= '\u001c' and <= '\u001f')))
            {
                folded.Append(char.IsAsciiLetterUpper(letter) ? (char)(letter | 0x20) : letter);
            }
        }

        return folded.ToString();
    }

    /// <summary>As much of a root path as a receipt shows.</summary>
    public static string Shorten(string rootPath) =>
        rootPath.Length <= 2 * MaxLength ? rootPath : $"{rootPath[..MaxLength]}...";

    // What Odoo's form stores.
    private static string Clean(string entered)
    {
        var trimmed = entered.Trim(Spaces);
        return trimmed.StartsWith('/') || trimmed.Length == 0 ? trimmed : "/" + trimmed;
    }

    private static string? ReasonAgainst(string stored, string rootPath)
    {
        if (rootPath.Length == 0)
        {
            return "root path is empty";
        }

        if (stored.Length > MaxLength)
        {
            return $"root path '{stored[..ShownCharacters]}...' has {stored.Length} characters; "
                + $"{MaxLength} is the limit";
        }

        if (rootPath.Trim('/').Length == 0 || Reserved.Contains(rootPath, StringComparer.Ordinal))
        {
            return $"root path '{rootPath}' is reserved for Odoo itself";
        }

        if (rootPath.StartsWith("//", StringComparison.Ordinal))
        {
            return $"root path '{rootPath}' begins with two slashes, and the slashes at a path's start count as one";
        }

        if (rootPath.Contains('<', StringComparison.Ordinal))
        {
            return $"root path '{rootPath}' contains '<', which begins a variable, and Odoo finds the app of an "
                + "endpoint by its path as text";
        }

        if (!ExpectedRoute.HasUsualKey(rootPath))
        {
            return $"root path '{rootPath}' gives a row whose key Odoo makes differently";
        }

        if (IsNoText(rootPath))
        {
            return "root path contains half of a surrogate pair or U+0000, which no request can contain";
        }

        return rootPath.Split('/').Any(segment => segment is "." or "..")
            ? $"root path '{rootPath}' contains a '.' or '..' segment, which clients resolve before they send a "
                + "request"
            : null;
    }

    private static bool IsNoText(string rootPath) =>
        rootPath.Contains('\0', StringComparison.Ordinal)
            || (rootPath.Any(char.IsSurrogate) && string.Concat(rootPath.EnumerateRunes()) != rootPath);
}
