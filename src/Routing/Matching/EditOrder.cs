using EndpointSync.Routing.Rules;
using EndpointSync.Routing.Tries;

namespace EndpointSync.Routing.Matching;

/// <summary>
/// Sorts the edits of a state by the next part: those that end at the state, then those with a static part in the order of its hash trie, then the
/// others. Edits with the same part stand together.
/// </summary>
internal static class EditOrder
{
    /// <param name="edits">The edits, which have <paramref name="depth"/> parts in common.</param>
    /// <param name="keys">Room for at least as many numbers as there are edits.</param>
    /// <param name="depth">The number of the part.</param>
    public static void Sort(Span<RuleEdit> edits, Span<ulong> keys, int depth)
    {
        if (edits.Length == 1)
        {
            return;
        }

        keys = keys[..edits.Length];
        // Numbers beside the edits, because to follow a reference in each comparison is what sorting many would cost most.
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

    private static int CountOfFirst(ReadOnlySpan<ulong> keys) => keys.IndexOfAnyExcept(keys[0]) is var count and >= 0 ? count : keys.Length;

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
