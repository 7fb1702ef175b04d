namespace EndpointSync.Routing.Tries;

/// <summary>One change to a hash trie.</summary>
/// <param name="Hash">The hash of the text.</param>
/// <param name="Text">The text whose item is added, replaced or removed.</param>
/// <param name="Item">The new item; null if the text is removed.</param>
internal readonly record struct TrieEdit(int Hash, string Text, Keyed? Item)
{
    public TrieEdit(Keyed item)
        : this(item.Hash, item.Text, item)
    {
    }

    /// <summary>Sorts edits by the <see cref="TrieOrder"/>.</summary>
    public static void Sort(Span<TrieEdit> edits) =>
        edits.Sort((left, right) => TrieOrder.Place(left.Hash).CompareTo(TrieOrder.Place(right.Hash)));
}
