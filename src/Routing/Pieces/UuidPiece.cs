namespace EndpointSync.Routing.Pieces;

/// <summary>
/// The converter <c>uuid</c>: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12, separated by hyphens.
/// </summary>
internal sealed class UuidPiece() : Piece("uuid")
{
    public static readonly UuidPiece Instance = new();

    private const int Length = 36;

    public override int NextEnd(ReadOnlySpan<char> text, int start, int previous) =>
        previous == None && text.Length - start >= Length && MatchesAll(text.Slice(start, Length))
            ? start + Length
            : None;

    public override bool MatchesAll(ReadOnlySpan<char> text)
    {
        if (text.Length != Length)
        {
            return false;
        }

        for (var index = 0; index < Length; index++)
        {
            if (index is 8 or 13 or 18 or 23 ? text[index] != '-' : !char.IsAsciiHexDigit(text[index]))
            {
                return false;
            }
        }

        return true;
    }
}
