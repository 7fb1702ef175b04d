namespace EndpointSync.Routing.Pieces;

/// <summary>The converter <c>any</c>: its first item that fits.</summary>
internal sealed class ChoicePiece : Piece
{
    // Each item once: two items that match at the same place then have different ends, so an end identifies its item.
    private readonly string[] _items;

    private ChoicePiece(IReadOnlyList<string> items)
        : base(
            "any " + string.Concat(
                items.Select(item => $"{item.Length}:{item}"))) => _items = [.. items.Distinct(StringComparer.Ordinal)];

    public IReadOnlyList<string> Items => _items;

    // An expression without alternatives has a single empty alternative.
    public static ChoicePiece Of(IReadOnlyList<string> items) => new(items.Count == 0 ? [""] : items);

    public override int NextEnd(ReadOnlySpan<char> text, int start, int previous)
    {
        var passed = previous == None;
        foreach (var item in _items)
        {
            if (!text[start..].StartsWith(item, StringComparison.Ordinal))
            {
                continue;
            }

            if (passed)
            {
                return start + item.Length;
            }

            passed = start + item.Length == previous;
        }

        return None;
    }

    public override bool MatchesAll(ReadOnlySpan<char> text)
    {
        foreach (var item in _items)
        {
            if (text.SequenceEqual(item))
            {
                return true;
            }
        }

        return false;
    }
}
