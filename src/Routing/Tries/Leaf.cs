namespace EndpointSync.Routing.Tries;

/// <summary>The leaf nodes of a hash trie: null for nothing, an item, or an array of slots for a few items.</summary>
internal static class Leaf
{
    private const int MostItems = 4;

    private const int HashBits = 32;

    /// <summary>Applies edits; the result is a leaf, or a branch if there are too many items for a leaf.</summary>
    public static object? Change(object? leaf, ReadOnlySpan<TrieEdit> edits, int shift)
    {
        var others = Others(leaf, edits);
        var count = others.Length + ItemsIn(edits);
        if (count <= MostItems || shift >= HashBits)
        {
            return Of(others, edits, count);
        }

        return Branch.Empty.Change(others.IsEmpty ? edits : WithOthers(edits, others), shift);
    }

    // The items that no edit changes.
    private static ReadOnlySpan<Slot> Others(object? leaf, ReadOnlySpan<TrieEdit> edits)
    {
        Slot[] others = leaf switch { null => [], Slot[] slots => slots, _ => [new((Keyed)leaf)] };
        foreach (ref readonly var edit in edits)
        {
            if (PlaceIn(others, edit) is var place and >= 0)
            {
                others = [.. others.AsSpan(..place), .. others.AsSpan(place + 1)];
            }
        }

        return others;
    }

    private static int PlaceIn(Slot[] slots, in TrieEdit edit)
    {
        for (var place = 0; place < slots.Length; place++)
        {
            if (slots[place].Hash == edit.Hash && slots[place].Is(edit.Text))
            {
                return place;
            }
        }

        return -1;
    }

    private static int ItemsIn(ReadOnlySpan<TrieEdit> edits)
    {
        var count = 0;
        foreach (ref readonly var edit in edits)
        {
            count += edit.Item is null ? 0 : 1;
        }

        return count;
    }

    private static object? Of(ReadOnlySpan<Slot> others, ReadOnlySpan<TrieEdit> edits, int count)
    {
        if (count == 0)
        {
            return null;
        }

        var slots = new Slot[count];
        others.CopyTo(slots);
        var next = others.Length;
        foreach (ref readonly var edit in edits)
        {
            if (edit.Item is { } item)
            {
                slots[next++] = new(item);
            }
        }

        return count > 1 ? slots : slots[0].Item;
    }

    private static TrieEdit[] WithOthers(ReadOnlySpan<TrieEdit> edits, ReadOnlySpan<Slot> others)
    {
        var all = new TrieEdit[edits.Length + others.Length];
        edits.CopyTo(all);
        for (var index = 0; index < others.Length; index++)
        {
            all[edits.Length + index] = new(others[index].Item);
        }

        TrieEdit.Sort(all);
        return all;
    }
}
