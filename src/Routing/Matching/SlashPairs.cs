namespace EndpointSync.Routing.Matching;

/// <summary>
/// Merges slashes as Werkzeug does: each pair becomes one slash, so that three in a row become two.
/// </summary>
internal static class SlashPairs
{
    /// <param name="path">The path.</param>
    /// <param name="buffer">Space for the result, as long as the path.</param>
    /// <returns>The merged path, in the memory of the buffer.</returns>
    public static ReadOnlySpan<char> Merge(ReadOnlySpan<char> path, Span<char> buffer)
    {
        var written = 0;
        for (var position = 0; position < path.Length; position++)
        {
            buffer[written++] = path[position];
            if (path[position] == '/' && position + 1 < path.Length && path[position + 1] == '/')
            {
                position++;
            }
        }

        return buffer[..written];
    }
}
