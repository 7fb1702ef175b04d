namespace EndpointSync.Routing.Tries;

/// <summary>An item of a leaf, with its hash beside it, so that a search reads only the item that it finds.</summary>
internal readonly record struct Slot(int Hash, Keyed Item)
{
    public Slot(Keyed item)
        : this(item.Hash, item)
    {
    }

    public bool Is(ReadOnlySpan<char> text) => Item.Text.AsSpan().SequenceEqual(text);
}
