namespace EndpointSync.Routing.Tries;

/// <summary>One step of a change to a hash trie.</summary>
/// <param name="Hash">The hash of the text.</param>
/// <param name="Text">The text whose item is put in, replaced or taken out.</param>
/// <param name="Item">The item that comes; null if the text is taken out.</param>
internal readonly record struct TrieEdit(int Hash, string Text, Keyed? Item)
{
    public TrieEdit(Keyed item)
        : this(item.Hash, item.Text, item)
    {
    }

    /// <summary>Puts edits in the <see cref="TrieOrder"/>.</summary>
    public static void Sort(Span<TrieEdit> edits) => edits.Sort((left, right) => TrieOrder.Place(left.Hash).CompareTo(TrieOrder.Place(right.Hash)));
}
