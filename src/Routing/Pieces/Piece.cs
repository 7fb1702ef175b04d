namespace EndpointSync.Routing.Pieces;

/// <summary>
/// One stretch of a dynamic part: literal text or the text of one variable. It returns the possible ends of its matches
/// in the order of a backtracking regular expression, so that values split as in Werkzeug.
/// </summary>
internal abstract class Piece(string signature)
{
    /// <summary>
    /// The result of <see cref="NextEnd"/> if there is no further match; as its argument, before the first match.
    /// </summary>
    public const int None = -1;

    /// <summary>
    /// Describes what the piece matches; two signatures are equal exactly if Werkzeug's expressions are.
    /// </summary>
    public string Signature { get; } = signature;

    /// <summary>Whether the matched text is the value of a variable.</summary>
    public virtual bool IsVariable => true;

    /// <summary>
    /// The end of the next match that begins at <paramref name="start"/>, after one that ended at
    /// <paramref name="previous"/>.
    /// </summary>
    public abstract int NextEnd(ReadOnlySpan<char> text, int start, int previous);

    /// <summary>Whether a match covers the whole text.</summary>
    public abstract bool MatchesAll(ReadOnlySpan<char> text);
}
