using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Tries;

/// <summary>An immutable set of items by their text. A changed set shares all but the nodes on the way to the change with its predecessor.</summary>
internal readonly struct HashTrie
{
    private readonly object? _root;

    private HashTrie(object? root) => _root = root;

    public bool IsEmpty => _root is null;

    public Rule? First => Node.First(_root);

    public IEnumerable<Keyed> Items => Node.Items(_root);

    public Keyed? Find(ReadOnlySpan<char> text) => Node.Find(_root, text);

    /// <summary>The set with the item in place of the one that has the same text, if there is one.</summary>
    public HashTrie With(Keyed item) => new(Node.With(_root, item));

    public HashTrie Without(string text) => new(Node.Without(_root, Keyed.HashOf(text), text));
}
