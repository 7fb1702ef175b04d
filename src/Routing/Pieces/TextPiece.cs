namespace EndpointSync.Routing.Pieces;

/// <summary>
/// The converter <c>string</c>: as many code points other than a slash as there are, within the given limits.
/// </summary>
internal sealed class TextPiece(int minimum, int maximum, string signature) : Piece(signature)
{
    /// <summary>Text of at least one code point.</summary>
    public static readonly TextPiece Default = new(1, int.MaxValue, "string 1,");

    public override int NextEnd(ReadOnlySpan<char> text, int start, int previous)
    {
        var end = previous == None ? LongestEnd(text, start)
            : previous > start ? previous - CodePoints.LengthBefore(text, previous)
            : None;
        return end == None || !LongEnough(text[start..end]) ? None : end;
    }

    public override bool MatchesAll(ReadOnlySpan<char> text) =>
        !text.Contains('/') && LongEnough(text) && ShortEnough(text);

    private int LongestEnd(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        for (var taken = 0; taken < maximum && end < text.Length && text[end] != '/'; taken++)
        {
            end += CodePoints.LengthAt(text, end);
        }

        return end;
    }

    private bool LongEnough(ReadOnlySpan<char> text) =>
        minimum <= 1 ? text.Length >= minimum : CodePoints.Count(text) >= minimum;

    private bool ShortEnough(ReadOnlySpan<char> text) =>
        text.Length <= maximum || CodePoints.Count(text) <= maximum;
}
