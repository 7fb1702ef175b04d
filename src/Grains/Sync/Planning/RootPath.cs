using System.Diagnostics.CodeAnalysis;

namespace EndpointSync.Grains.Sync.Planning;

/// <summary>
/// The path below which an endpoint answers, in the form that its rules are built from: trimmed, with a leading slash
/// and without a trailing one. Odoo refuses <c>/</c>, <c>/web</c> and <c>/website</c> when a form is saved. Only
/// EndpointSync checks rows that are written by SQL.
/// </summary>
internal static class RootPath
{
    /// <summary>
    /// The longest root path in characters. Common proxies cut off a request line at 8 KiB, and it must hold the rest
    /// of the URL too.
    /// </summary>
    public const int MaxLength = 1024;

    // Each of these would end or alter the rule, the row's "|" list of rules, or the URL itself.
    private const string Forbidden = "<>|?#\\";

    /// <summary>
    /// Every character that <see cref="string.Trim()"/> removes, for statements that normalize stored paths.
    /// </summary>
    public static string WhiteSpace { get; } =
        string.Concat(Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code).Where(char.IsWhiteSpace));

    private static readonly string[] Reserved = ["", "/web", "/website"];

    /// <summary>Brings a stored root path into the form that rules are built from.</summary>
    /// <returns>False with the reason, which names the value, when no rule can be built from it.</returns>
    public static bool TryNormalize(
        string stored, [NotNullWhen(true)] out string? rootPath, [NotNullWhen(false)] out string? reason)
    {
        var trimmed = stored.Trim();
        rootPath = (trimmed.StartsWith('/') ? trimmed : "/" + trimmed).TrimEnd('/');
        reason = ReasonAgainst(stored, trimmed, rootPath);
        if (reason is not null)
        {
            rootPath = null;
        }

        return reason is null;
    }

    private static string? ReasonAgainst(string stored, string trimmed, string rootPath)
    {
        if (trimmed.Length == 0)
        {
            return "root path is empty";
        }

        if (stored.Length > MaxLength)
        {
            return $"root path '{stored[..40]}...' has {stored.Length} characters; {MaxLength} is the limit";
        }

        if (Reserved.Contains(rootPath, StringComparer.Ordinal))
        {
            return $"root path '{trimmed}' is reserved for Odoo itself";
        }

        if (trimmed.Any(char.IsControl))
        {
            return $"root path '{Visible(trimmed)}' contains a control character";
        }

        if (trimmed.Any(char.IsWhiteSpace))
        {
            return $"root path '{trimmed}' contains a space";
        }

        if (trimmed.FirstOrDefault(Forbidden.Contains) is var letter and not '\0')
        {
            return $"root path '{trimmed}' contains '{letter}'";
        }

        return rootPath.Split('/').Any(segment => segment is "." or "..")
            ? $"root path '{trimmed}' contains a '.' or '..' segment, which clients resolve before they send a request"
            : null;
    }

    private static string Visible(string text) =>
        string.Concat(text.Select(letter => char.IsControl(letter) ? $"\\u{(int)letter:x4}" : letter.ToString()));
}
