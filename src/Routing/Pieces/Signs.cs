namespace EndpointSync.Routing.Pieces;

internal static class Signs
{
    /// <summary>
    /// The end of the minus signs at <paramref name="start"/>; at most <paramref name="signs"/> are skipped.
    /// </summary>
    public static int Skip(ReadOnlySpan<char> text, int start, int signs)
    {
        var end = start;
        while (end < text.Length && text[end] == '-' && end - start < signs)
        {
            end++;
        }

        return end;
    }
}
