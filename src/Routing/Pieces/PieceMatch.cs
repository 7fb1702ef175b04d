using System.Buffers;

namespace EndpointSync.Routing.Pieces;

/// <summary>Matches several pieces with memory from the stack, or from the pool if the text is long.</summary>
internal static class PieceMatch
{
    private const int OnStack = 64;

    public static bool Matches(ReadOnlySpan<Piece> pieces, ReadOnlySpan<char> text)
    {
        Span<int> ends = pieces.Length <= OnStack ? stackalloc int[OnStack] : new int[pieces.Length];
        return Matches(pieces, text, ends);
    }

    /// <param name="pieces">The pieces, in order.</param>
    /// <param name="text">The text that the pieces must cover.</param>
    /// <param name="ends">The end of each piece, if they match.</param>
    public static bool Matches(ReadOnlySpan<Piece> pieces, ReadOnlySpan<char> text, Span<int> ends)
    {
        var words = Backtracker.MemoryFor(pieces.Length, text.Length);
        return words <= OnStack
            ? new Backtracker(pieces, text, ends, stackalloc ulong[words]).Match()
            : MatchesWithPool(pieces, text, ends, words);
    }

    private static bool MatchesWithPool(ReadOnlySpan<Piece> pieces, ReadOnlySpan<char> text, Span<int> ends, int words)
    {
        var rented = ArrayPool<ulong>.Shared.Rent(words);
        rented.AsSpan(0, words).Clear();
        var matches = new Backtracker(pieces, text, ends, rented.AsSpan(0, words)).Match();
        ArrayPool<ulong>.Shared.Return(rented);
        return matches;
    }
}
