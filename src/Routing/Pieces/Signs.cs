namespace EndpointSync.Routing.Pieces;

internal static class Signs
{
    /// <summary>Where the minus signs at <paramref name="start"/> end, of which at most <paramref name="signs"/> are taken.</summary>
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
