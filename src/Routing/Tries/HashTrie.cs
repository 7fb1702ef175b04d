using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Tries;

/// <summary>
/// An immutable set of items by their text. A changed set shares all nodes with its predecessor except those on the way
/// to the change.
/// </summary>
internal readonly struct HashTrie
{
    private readonly object? _root;

    private HashTrie(object? root) => _root = root;

    public bool IsEmpty => _root is null;

    public Rule? First => Node.First(_root);

    public IEnumerable<Keyed> Items => Node.Items(_root);

    public Keyed? Find(ReadOnlySpan<char> text) => Node.Find(_root, text);

    /// <summary>Applies edits, which must be in the order of the trie, with at most one for each text.</summary>
    public HashTrie Change(ReadOnlySpan<TrieEdit> edits) => edits.IsEmpty ? this : new(Node.Change(_root, edits));
}
