namespace EndpointSync.Routing.Pieces;

/// <summary>Matches the pieces of one dynamic part against a whole text, and finds where each piece ends.</summary>
/// <param name="pieces">The pieces, in order.</param>
/// <param name="text">The text that the pieces must cover.</param>
/// <param name="ends">Space for one end per piece.</param>
/// <param name="failed">
/// Cleared space for one bit per piece and position, to remember failures; empty to remember none.
/// </param>
internal readonly ref struct Backtracker(
    ReadOnlySpan<Piece> pieces, ReadOnlySpan<char> text, Span<int> ends, Span<ulong> failed)
{
    private readonly ReadOnlySpan<Piece> _pieces = pieces;
    private readonly ReadOnlySpan<char> _text = text;
    private readonly Span<int> _ends = ends;
    private readonly Span<ulong> _failed = failed;

    /// <summary>
    /// The size of <c>failed</c> in words that bounds the work to the number of pieces times the square of the length.
    /// </summary>
    public static int MemoryFor(int pieces, int length) => pieces < 4 ? 0 : (pieces * (length + 1) + 63) / 64;

    public bool Match() => Match(0, 0);

    private bool Match(int piece, int start)
    {
        if (piece == _pieces.Length - 1)
        {
            return MatchLast(piece, start);
        }

        if (HasFailed(piece, start))
        {
            return false;
        }

        for (var end = Next(piece, start, Piece.None); end != Piece.None; end = Next(piece, start, end))
        {
            _ends[piece] = end;
            if (Match(piece + 1, end))
            {
                return true;
            }
        }

        Fail(piece, start);
        return false;
    }

    private bool MatchLast(int piece, int start)
    {
        _ends[piece] = _text.Length;
        return _pieces[piece].MatchesAll(_text[start..]);
    }

    private int Next(int piece, int start, int previous) => _pieces[piece].NextEnd(_text, start, previous);

    private bool HasFailed(int piece, int start) =>
        !_failed.IsEmpty && (_failed[Place(piece, start) / 64] >> Place(piece, start) & 1) != 0;

    private void Fail(int piece, int start)
    {
        if (!_failed.IsEmpty)
        {
            _failed[Place(piece, start) / 64] |= 1UL << Place(piece, start);
        }
    }

    private int Place(int piece, int start) => piece * (_text.Length + 1) + start;
}
