using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Tries;

/// <summary>What is done to a node of a hash trie: null for nothing, an array of slots for a leaf, or a branch. Nodes are never changed.</summary>
internal static class Node
{
    private const int MostInLeaf = 12;

    // Below this many items a comparison of texts is cheaper than a hash.
    private const int Few = 4;

    private const int HashBits = 32;

    public static Keyed? Find(object? node, ReadOnlySpan<char> text) => node switch
    {
        null => null,
        Slot[] { Length: <= Few } leaf => FindIn(leaf, text),
        _ => FindByHash(node, text, Keyed.HashOf(text)),
    };

    public static object With(object? node, Keyed item, int shift = 0)
    {
        if (node is Branch branch)
        {
            var index = Branch.IndexOf(item.Hash, shift);
            return branch.With(index, With(branch[index], item, shift + Branch.Bits));
        }

        var slots = (Slot[]?)node ?? [];
        var place = PlaceOf(slots, item.Hash, item.Text);
        Slot[] leaf = place < 0 ? [.. slots, new(item)] : [.. slots[..place], new(item), .. slots[(place + 1)..]];
        return leaf.Length > MostInLeaf && shift < HashBits ? Branch.Over(leaf, shift) : leaf;
    }

    public static object? Without(object? node, int hash, string text, int shift = 0)
    {
        if (node is Branch branch)
        {
            var index = Branch.IndexOf(hash, shift);
            var rest = branch.With(index, Without(branch[index], hash, text, shift + Branch.Bits));
            return rest.IsEmpty ? null : rest;
        }

        var slots = (Slot[]?)node ?? [];
        var place = PlaceOf(slots, hash, text);
        Slot[] leaf = place < 0 ? slots : [.. slots[..place], .. slots[(place + 1)..]];
        return leaf.Length == 0 ? null : leaf;
    }

    public static Rule? First(object? node) => node switch
    {
        null => null,
        Branch branch => branch.First,
        var leaf => FirstOf((Slot[])leaf),
    };

    public static IEnumerable<Keyed> Items(object? node) => node switch
    {
        null => [],
        Branch branch => Enumerable.Range(0, Branch.Width).SelectMany(index => Items(branch[index])),
        var leaf => ((Slot[])leaf).Select(slot => slot.Item),
    };

    private static Keyed? FindByHash(object? node, ReadOnlySpan<char> text, int hash)
    {
        for (var shift = 0; node is Branch branch; shift += Branch.Bits)
            node = branch[Branch.IndexOf(hash, shift)];
        if (node is null)
            return null;
        foreach (ref readonly var slot in ((Slot[])node).AsSpan())
        {
            if (slot.Is(hash, text))
                return slot.Item;
        }

        return null;
    }

    private static Keyed? FindIn(Slot[] leaf, ReadOnlySpan<char> text)
    {
        foreach (ref readonly var slot in leaf.AsSpan())
        {
            if (slot.Is(text))
                return slot.Item;
        }

        return null;
    }

    private static int PlaceOf(Slot[] slots, int hash, string text) => Array.FindIndex(slots, slot => slot.Is(hash, text));

    private static Rule? FirstOf(Slot[] leaf)
    {
        Rule? earliest = null;
        foreach (var slot in leaf)
            earliest = Rule.Earlier(earliest, slot.Item.First);
        return earliest;
    }
}
