namespace EndpointSync.Routing.Pieces;

/// <summary>
/// One stretch of a dynamic part: literal text or the text of one variable. It says where its matches may end in the order in which a
/// backtracking regular expression tries them, so that values split the way Werkzeug splits them.
/// </summary>
internal abstract class Piece(string signature)
{
    /// <summary>The answer of <see cref="NextEnd"/> when there is no further match; as its argument, that none was tried yet.</summary>
    public const int None = -1;

    /// <summary>What the piece matches, in words that are equal exactly when Werkzeug's expressions are.</summary>
    public string Signature { get; } = signature;

    /// <summary>Whether the matched text is a value.</summary>
    public virtual bool IsVariable => true;

    /// <summary>Where the next match that begins at <paramref name="start"/> ends, after one that ended at <paramref name="previous"/>.</summary>
    public abstract int NextEnd(ReadOnlySpan<char> text, int start, int previous);

    /// <summary>Whether one of the matches takes all of the text.</summary>
    public abstract bool MatchesAll(ReadOnlySpan<char> text);
}
