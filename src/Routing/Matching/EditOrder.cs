using EndpointSync.Routing.Rules;
using EndpointSync.Routing.Tries;

namespace EndpointSync.Routing.Matching;

/// <summary>
/// Sorts the edits of a state by the next part: first the edits that end at the state, then those with a static part in
/// the order of its hash trie, then all others. Edits with the same part are adjacent.
/// </summary>
internal static class EditOrder
{
    /// <param name="edits">The edits; their first <paramref name="depth"/> parts are equal.</param>
    /// <param name="keys">Space for at least one number per edit.</param>
    /// <param name="depth">The number of the part.</param>
    public static void Sort(Span<RuleEdit> edits, Span<ulong> keys, int depth)
    {
        if (edits.Length == 1)
        {
            return;
        }

        keys = keys[..edits.Length];
        // Separate sort keys, because following a reference in each comparison would be the main cost of sorting.
        for (var index = 0; index < edits.Length; index++)
        {
            keys[index] = Key(edits[index].Parts, depth);
        }

        keys.Sort(edits);
        while (!keys.IsEmpty)
        {
            var run = CountOfFirst(keys);
            SeparateContents(edits[^keys.Length..][..run], depth);
            keys = keys[run..];
        }
    }

    private static ulong Key(Part[] parts, int depth)
    {
        if (depth == parts.Length)
        {
            return 0;
        }

        var part = parts[depth];
        return (part.IsStatic ? 1UL : 2UL) << 32 | TrieOrder.Place(part.Hash);
    }

    private static int CountOfFirst(ReadOnlySpan<ulong> keys) =>
        keys.IndexOfAnyExcept(keys[0]) is var count and >= 0 ? count : keys.Length;

    // Different parts may have the same hash.
    private static void SeparateContents(Span<RuleEdit> edits, int depth)
    {
        var parts = edits[0].Parts;
        if (depth < parts.Length && Differ(edits, parts[depth].Content, depth))
        {
            SortByContent(edits, depth);
        }
    }

    private static void SortByContent(Span<RuleEdit> edits, int depth) =>
        edits.Sort((left, right) => string.CompareOrdinal(left.Parts[depth].Content, right.Parts[depth].Content));

    private static bool Differ(ReadOnlySpan<RuleEdit> edits, string content, int depth)
    {
        foreach (ref readonly var edit in edits)
        {
            if (edit.Parts[depth].Content != content)
            {
                return true;
            }
        }

        return false;
    }
}
