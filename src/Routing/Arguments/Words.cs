using System.Globalization;

namespace EndpointSync.Routing.Arguments;

internal static class Words
{
    /// <summary>
    /// The end of the run of letters, numbers and underscores that begins at <paramref name="start"/>.
    /// </summary>
    public static int End(string text, int start, bool alsoPoints = false)
    {
        var end = start;
        while (end < text.Length && (IsWord(text, end) || (alsoPoints && text[end] == '.')))
        {
            end += char.IsSurrogatePair(text, end) ? 2 : 1;
        }

        return end;
    }

    private static bool IsWord(string text, int index) =>
        text[index] == '_' || CharUnicodeInfo.GetUnicodeCategory(text, index) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
                or UnicodeCategory.TitlecaseLetter => true,
            UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => true,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => true,
            _ => false,
        };
}
