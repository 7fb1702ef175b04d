using System.Globalization;
using System.Text;

namespace EndpointSync;

/// <summary>
/// Others' text as a person may read it in a terminal or a log. Anybody who writes an endpoint or names an application
/// chooses that text, and a terminal obeys escape sequences, ends lines and turns the direction of writing.
/// </summary>
internal static class VisibleText
{
    /// <summary>
    /// The text with every character that shows nothing of its own as its code, such as <c>\u001b</c>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="most">How many characters of it are kept; a longer text ends in three dots.</param>
    public static string Of(string? text, int most = int.MaxValue)
    {
        if (text is null || (text.Length <= most && !text.Any(IsInvisible)))
        {
            return text ?? "";
        }

        var visible = new StringBuilder(Math.Min(text.Length, most));
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, most)))
        {
            _ = IsInvisible(letter)
                ? visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}")
                : visible.Append(letter);
        }

        return text.Length > most ? visible.Append("...").ToString() : visible.ToString();
    }

    // Controls, directions and other formats, and ends of lines and paragraphs.
    private static bool IsInvisible(char letter) => !char.IsAsciiLetterOrDigit(letter)
        && char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
