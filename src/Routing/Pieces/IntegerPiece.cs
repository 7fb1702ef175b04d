namespace EndpointSync.Routing.Pieces;

/// <summary>
/// The converter <c>int</c>: as many decimal digits of any script as there are, after at most the given number of minus
/// signs.
/// </summary>
internal sealed class IntegerPiece(int signs) : Piece($"int {signs}")
{
    public static readonly IntegerPiece Default = new(1);

    public override int NextEnd(ReadOnlySpan<char> text, int start, int previous)
    {
        var digits = Signs.Skip(text, start, signs);
        var end = previous == None
            ? CodePoints.DigitsEnd(text, digits)
            : previous - CodePoints.LengthBefore(text, previous);
        return end > digits ? end : None;
    }

    public override bool MatchesAll(ReadOnlySpan<char> text)
    {
        var digits = Signs.Skip(text, 0, signs);
        return digits < text.Length && CodePoints.DigitsEnd(text, digits) == text.Length;
    }
}
