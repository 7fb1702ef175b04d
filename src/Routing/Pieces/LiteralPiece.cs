namespace EndpointSync.Routing.Pieces;

/// <summary>Literal text.</summary>
internal sealed class LiteralPiece(string literal) : Piece($"literal {literal.Length}:{literal}")
{
    public override bool IsVariable => false;

    public override int NextEnd(ReadOnlySpan<char> text, int start, int previous) =>
        previous == None && text[start..].StartsWith(literal, StringComparison.Ordinal) ? start + literal.Length : None;

    public override bool MatchesAll(ReadOnlySpan<char> text) => text.SequenceEqual(literal);
}
