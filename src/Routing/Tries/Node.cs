using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Tries;

/// <summary>
/// What is done to a node of a hash trie: null for nothing, an item, an array of slots for a few items, or a branch. Nodes are never changed.
/// </summary>
internal static class Node
{
    private const int MostInLeaf = 4;

    private const int HashBits = 32;

    // A comparison of a few texts is cheaper than a hash.
    public static Keyed? Find(object? node, ReadOnlySpan<char> text) => node switch
    {
        Branch branch => FindByHash(branch, text, Keyed.HashOf(text)),
        Slot[] leaf => FindIn(leaf, text),
        null => null,
        _ => ItemIf((Keyed)node, text),
    };

    public static object With(object? node, Keyed item, int shift = 0)
    {
        if (node is Branch branch)
        {
            var index = Branch.IndexOf(item.Hash, shift);
            return branch.With(index, With(branch[index], item, shift + Branch.Bits));
        }

        Slot[] slots = [.. Others(node, item.Text), new(item)];
        return slots.Length > MostInLeaf && shift < HashBits ? Branch.Over(slots, shift) : Leaf(slots)!;
    }

    public static object? Without(object? node, int hash, string text, int shift = 0)
    {
        if (node is not Branch branch)
        {
            return Leaf(Others(node, text));
        }

        var index = Branch.IndexOf(hash, shift);
        var rest = branch.With(index, Without(branch[index], hash, text, shift + Branch.Bits));
        return rest.IsEmpty ? null : rest;
    }

    /// <summary>The node for a few items.</summary>
    public static object? Leaf(Slot[] slots) => slots.Length > 1 ? slots : slots.Length == 1 ? slots[0].Item : null;

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

    private static Keyed? ItemIf(Keyed item, ReadOnlySpan<char> text) => item.Text.AsSpan().SequenceEqual(text) ? item : null;

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

    private static Slot[] Others(object? node, string text) => node switch
    {
        null => [],
        Slot[] leaf => Array.FindAll(leaf, slot => slot.Item.Text != text),
        _ => ((Keyed)node).Text == text ? [] : [new((Keyed)node)],
    };

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
