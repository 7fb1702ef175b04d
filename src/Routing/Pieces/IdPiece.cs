using System.Buffers;

namespace EndpointSync.Routing.Pieces;

/// <summary>
/// Odoo's converters <c>model</c> and <c>models</c>: as many ASCII digits as there are; for several records, with
/// commas.
/// </summary>
internal sealed class IdPiece : Piece
{
    public static readonly IdPiece One = new("model", "0123456789");
    public static readonly IdPiece Many = new("models", "0123456789,");

    private readonly SearchValues<char> _allowed;

    private IdPiece(string signature, string allowed)
        : base(signature) => _allowed = SearchValues.Create(allowed);

    public override int NextEnd(ReadOnlySpan<char> text, int start, int previous)
    {
        var end = previous == None ? start + RunLength(text[start..]) : previous - 1;
        return end > start ? end : None;
    }

    public override bool MatchesAll(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExcept(_allowed);

    private int RunLength(ReadOnlySpan<char> text) =>
        text.IndexOfAnyExcept(_allowed) is var end and >= 0 ? end : text.Length;
}
