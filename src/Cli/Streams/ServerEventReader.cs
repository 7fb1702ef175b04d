namespace EndpointSync.Cli.Streams;

/// <summary>
/// Reads a stream of server-sent events (HTML Living Standard, section 9.2). Unlike the standard's parser it tells of
/// the cursor that comes alone, without an event.
/// </summary>
internal sealed class ServerEventReader(TextReader stream)
{
    // A silo writes a comment after 15 s of silence.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(40);

    /// <summary>Where the stream stands; null before the silo says so.</summary>
    public string? LastId { get; private set; }

    /// <summary>How long the silo wants a client to wait before it connects again; null if it says nothing.</summary>
    public TimeSpan? Retry { get; private set; }

    /// <summary>The last comment: before a silo ends a stream, it says why.</summary>
    public string? Comment { get; private set; }

    /// <summary>The next event; null at the end of the stream.</summary>
    /// <exception cref="IOException">The connection was lost.</exception>
    /// <exception cref="TimeoutException">Nothing came for longer than a silo is ever silent.</exception>
    public async Task<ServerEvent?> ReadAsync(CancellationToken cancellationToken)
    {
        var (id, kind, data) = ((string?)null, "message", (string?)null);
        while (true)
        {
            var line = await stream.ReadLineAsync(cancellationToken).AsTask()
                .WaitAsync(LongestSilence, cancellationToken);
            if (line is null)
            {
                return null;
            }

            if (line.Length == 0)
            {
                LastId = id ?? LastId;
                if (data is not null)
                {
                    return new ServerEvent(id, kind, data);
                }

                (id, kind) = (null, "message");
                continue;
            }

            var (field, value) = Split(line);
            switch (field)
            {
                case "":
                    Comment = value;
                    break;
                case "id":
                    id = value;
                    break;
                case "event":
                    kind = value;
                    break;
                case "data":
                    data = data is null ? value : $"{data}\n{value}";
                    break;
                case "retry" when int.TryParse(value, out var milliseconds):
                    Retry = TimeSpan.FromMilliseconds(milliseconds);
                    break;
            }
        }
    }

    private static (string Field, string Value) Split(string line)
    {
        var colon = line.IndexOf(':');
        return colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..].TrimStart(' '));
    }
}
