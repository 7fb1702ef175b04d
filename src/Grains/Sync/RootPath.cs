using System.Diagnostics.CodeAnalysis;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// The path below which an endpoint answers, in the form that its rules are built from: trimmed, with a leading slash and without a trailing one.
/// Odoo refuses <c>/</c>, <c>/web</c> and <c>/website</c> when a form is saved; rows that come by SQL are checked by nobody but us.
/// </summary>
internal static class RootPath
{
    /// <summary>The longest root path in characters; a request line is cut off by common proxies at 8 KiB and must hold the rest of the URL too.</summary>
    public const int MaxLength = 1024;

    // Each of these would end or alter the rule, the row's "|" list of rules, or the URL itself.
    private const string Forbidden = "<>|?#\\";

    private static readonly string[] Reserved = ["", "/web", "/website"];

    /// <summary>Brings a stored root path into the form that rules are built from.</summary>
    /// <returns>False with the reason, which names the value, when no rule can be built from it.</returns>
    public static bool TryNormalize(string stored, [NotNullWhen(true)] out string? rootPath, [NotNullWhen(false)] out string? reason)
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
            ? $"root path '{trimmed}' contains a '.' or '..' segment, which clients resolve before they ask"
            : null;
    }

    private static string Visible(string text) =>
        string.Concat(text.Select(letter => char.IsControl(letter) ? $"\\u{(int)letter:x4}" : letter.ToString()));
}
