using EndpointSync.Routing.Pieces;

namespace EndpointSync.Routing.Rules;

/// <summary>
/// A part of a rule between two slashes. It is static or has variables; from a variable on that takes slashes it goes on to the rule's end.
/// </summary>
internal sealed class Part
{
    /// <summary>How many parts come before it.</summary>
    public required int Index { get; init; }

    /// <summary>The text of a static part; of another, what makes two match the same in the same way.</summary>
    public required string Content { get; init; }

    /// <summary>The variables, in order; none in a static part.</summary>
    public Variable[] Variables { get; init; } = [];

    /// <summary>What a part that is not static matches, in order.</summary>
    public Piece[] Pieces { get; init; } = [];

    /// <summary>The lengths in code points of the static stretches of a part that is not static.</summary>
    public int[] StaticLengths { get; init; } = [];

    /// <summary>Whether the part takes all that is left of a path.</summary>
    public bool IsFinal { get; init; }

    public bool IsStatic => Variables.Length == 0;

    public bool Matches(ReadOnlySpan<char> text) => Pieces.Length == 1 ? Pieces[0].MatchesAll(text) : PieceMatch.Matches(Pieces, text);

    /// <summary>The text of the variable with the given number, in text that the part matches.</summary>
    public ReadOnlySpan<char> Capture(ReadOnlySpan<char> text, int variable)
    {
        if (Pieces.Length == 1)
            return text;
        Span<int> ends = Pieces.Length <= 64 ? stackalloc int[64] : new int[Pieces.Length];
        PieceMatch.Matches(Pieces, text, ends);
        var piece = PieceOf(variable);
        return text[(piece == 0 ? 0 : ends[piece - 1])..ends[piece]];
    }

    private int PieceOf(int variable)
    {
        var piece = 0;
        for (; variable >= 0; piece++)
            variable -= Pieces[piece].IsVariable ? 1 : 0;
        return piece - 1;
    }
}
