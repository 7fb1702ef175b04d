using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Tries;

/// <summary>
/// Operations on a node of a hash trie: null for nothing, an item, an array of slots for a few items, or a branch.
/// Nodes are immutable.
/// </summary>
internal static class Node
{
    // A comparison of a few texts is cheaper than a hash.
    public static Keyed? Find(object? node, ReadOnlySpan<char> text) => node switch
    {
        Branch branch => FindByHash(branch, text, Keyed.HashOf(text)),
        Slot[] leaf => FindIn(leaf, text),
        null => null,
        _ => ItemIf((Keyed)node, text),
    };

    /// <summary>Applies edits, which must be in the order of the trie, with at most one for each text.</summary>
    public static object? Change(object? node, ReadOnlySpan<TrieEdit> edits, int shift = 0)
    {
        if (node is not Branch branch)
        {
            return Leaf.Change(node, edits, shift);
        }

        var changed = branch.Change(edits, shift);
        return changed.IsEmpty ? null : changed;
    }

    public static Rule? First(object? node) => node switch
    {
        null => null,
        Branch branch => branch.First,
        Slot[] leaf => FirstOf(leaf),
        _ => ((Keyed)node).First,
    };

    public static IEnumerable<Keyed> Items(object? node) => node switch
    {
        null => [],
        Branch branch => Enumerable.Range(0, Branch.Width).SelectMany(index => Items(branch[index])),
        Slot[] leaf => leaf.Select(slot => slot.Item),
        _ => [(Keyed)node],
    };

    private static Keyed? FindByHash(Branch root, ReadOnlySpan<char> text, int hash)
    {
        object? node = root;
        for (var shift = 0; node is Branch branch; shift += Branch.Bits)
        {
            node = branch[Branch.IndexOf(hash, shift)];
        }

        if (node is Slot[] leaf)
        {
            return FindIn(leaf, text, hash);
        }

        return node is null ? null : ItemIf((Keyed)node, text);
    }

    private static Keyed? ItemIf(Keyed item, ReadOnlySpan<char> text) =>
        item.Text.AsSpan().SequenceEqual(text) ? item : null;

    private static Keyed? FindIn(Slot[] leaf, ReadOnlySpan<char> text)
    {
        foreach (ref readonly var slot in leaf.AsSpan())
        {
            if (slot.Is(text))
            {
                return slot.Item;
            }
        }

        return null;
    }

    private static Keyed? FindIn(Slot[] leaf, ReadOnlySpan<char> text, int hash)
    {
        foreach (ref readonly var slot in leaf.AsSpan())
        {
            if (slot.Hash == hash && slot.Is(text))
            {
                return slot.Item;
            }
        }

        return null;
    }

    private static Rule? FirstOf(Slot[] leaf)
    {
        Rule? earliest = null;
        foreach (var slot in leaf)
        {
            earliest = Rule.Earlier(earliest, slot.Item.First);
        }

        return earliest;
    }
}
