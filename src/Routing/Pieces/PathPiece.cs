namespace EndpointSync.Routing.Pieces;

/// <summary>
/// The converter <c>path</c>: a code point other than a slash, then as few as possible of any kind but a line feed.
/// </summary>
internal sealed class PathPiece() : Piece("path")
{
    public static readonly PathPiece Instance = new();

    public override int NextEnd(ReadOnlySpan<char> text, int start, int previous)
    {
        var at = previous == None ? start : previous;
        if (at >= text.Length || text[at] == (previous == None ? '/' : '\n'))
        {
            return None;
        }

        return at + CodePoints.LengthAt(text, at);
    }

    public override bool MatchesAll(ReadOnlySpan<char> text) =>
        text.Length > 0 && text[0] != '/' && !text[1..].Contains('\n');
}
