using System.Buffers;

namespace EndpointSync.Routing.Pieces;

/// <summary>Odoo's converters <c>model</c> and <c>models</c>: ASCII digits, as many as there are; of several records, with commas.</summary>
internal sealed class IdPiece(bool many) : Piece
{
    private static readonly SearchValues<char> _one = SearchValues.Create("0123456789");
    private static readonly SearchValues<char> _many = SearchValues.Create("0123456789,");

    private readonly SearchValues<char> _allowed = many ? _many : _one;

    public override string Signature => many ? "models" : "model";

    public override int NextEnd(ReadOnlySpan<char> text, int start, int previous)
    {
        var end = previous == None ? start + RunLength(text[start..]) : previous - 1;
        return end > start ? end : None;
    }

    public override bool MatchesAll(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExcept(_allowed);

    private int RunLength(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(_allowed) is var end and >= 0 ? end : text.Length;
}
