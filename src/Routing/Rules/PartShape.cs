using EndpointSync.Routing.Pieces;

namespace EndpointSync.Routing.Rules;

/// <summary>What a part with variables matches, without the names and limits of its variables.</summary>
internal sealed class PartShape
{
    // Nearly all rules have one of these shapes, so they share the objects, which then stay in the processor's cache.
    private static readonly PartShape[] Common =
    [
        new([PathPiece.Instance], [], [Variable.PathWeight]),
        new([TextPiece.Default], [], [Variable.NormalWeight]),
        new([IntegerPiece.Default], [], [Variable.NumberWeight]),
        new([IdPiece.One], [], [Variable.NormalWeight]),
    ];

    private readonly Piece[] _pieces;

    private PartShape(Piece[] pieces, int[] staticLengths, int[] weights)
    {
        (_pieces, StaticLengths, Weights) = (pieces, staticLengths, weights);
        Content = string.Join(';', pieces.Select(piece => piece.Signature));
        IsFinal = pieces.Contains(PathPiece.Instance);
        Single = pieces.Length == 1 ? pieces[0] : null;
    }

    /// <summary>A text that is equal for two shapes exactly if they match the same in the same way.</summary>
    public string Content { get; }

    /// <summary>Whether the part takes the rest of a path.</summary>
    public bool IsFinal { get; }

    /// <summary>The piece of a part that consists of one variable; otherwise null.</summary>
    public Piece? Single { get; }

    /// <summary>The lengths of the static stretches, in code points.</summary>
    public int[] StaticLengths { get; }

    /// <summary>The weights of the variables.</summary>
    public int[] Weights { get; }

    public static PartShape Of(List<Piece> pieces, List<int> staticLengths, List<Variable> variables) =>
        (pieces.Count == 1 ? CommonWith(pieces[0]) : null)
        ?? new([.. pieces], [.. staticLengths], [.. variables.Select(variable => variable.Weight)]);

    public bool Matches(ReadOnlySpan<char> text) =>
        Single is { } single ? single.MatchesAll(text) : PieceMatch.Matches(_pieces, text);

    /// <summary>The text of the variable with the given number, in a text that the part matches.</summary>
    public ReadOnlySpan<char> Capture(ReadOnlySpan<char> text, int variable)
    {
        if (Single is not null)
        {
            return text;
        }

        Span<int> ends = _pieces.Length <= 64 ? stackalloc int[64] : new int[_pieces.Length];
        PieceMatch.Matches(_pieces, text, ends);
        var piece = PieceOf(variable);
        return text[(piece == 0 ? 0 : ends[piece - 1])..ends[piece]];
    }

    private static PartShape? CommonWith(Piece single)
    {
        foreach (var shape in Common)
        {
            if (shape.Single == single)
            {
                return shape;
            }
        }

        return null;
    }

    private int PieceOf(int variable)
    {
        var piece = 0;
        for (; variable >= 0; piece++)
        {
            variable -= _pieces[piece].IsVariable ? 1 : 0;
        }

        return piece - 1;
    }
}
