namespace EndpointSync.Routing.Pieces;

/// <summary>
/// The converter <c>float</c>: digits, a point and digits, after at most the given number of minus signs.
/// </summary>
internal sealed class FloatPiece(int signs) : Piece($"float {signs}")
{
    public override int NextEnd(ReadOnlySpan<char> text, int start, int previous)
    {
        var fraction = FractionStart(text, start);
        if (fraction == None)
        {
            return None;
        }

        var end = previous == None
            ? CodePoints.DigitsEnd(text, fraction)
            : previous - CodePoints.LengthBefore(text, previous);
        return end > fraction ? end : None;
    }

    public override bool MatchesAll(ReadOnlySpan<char> text) => NextEnd(text, 0, None) == text.Length;

    private int FractionStart(ReadOnlySpan<char> text, int start)
    {
        var digits = Signs.Skip(text, start, signs);
        var point = CodePoints.DigitsEnd(text, digits);
        return point > digits && point < text.Length && text[point] == '.' ? point + 1 : None;
    }
}
