using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EndpointSync.Wire;

/// <summary>
/// Reads a silo's answer line by line, so that no more than one line is in memory besides the result.
/// </summary>
/// <param name="answer">The answer's body.</param>
/// <param name="arrived">Called with each part of the answer that arrives.</param>
internal sealed class FeedReading(Stream answer, Action arrived) : IAsyncDisposable
{
    // A route's line is some hundred bytes; its rules and methods are the only parts that can be long.
    private const int LongestLine = 4_000_000;

    private readonly PipeReader _lines = PipeReader.Create(answer);

    /// <exception cref="InvalidDataException">The line is none that this protocol has.</exception>
    public async Task<FeedHead> HeadAsync(CancellationToken cancellationToken)
    {
        var head = await NextAsync(FeedJson.Default.FeedHead, cancellationToken);
        return head.Protocol == FeedProtocol.Number
            ? head
            : throw new InvalidDataException(
                $"The silo speaks protocol {head.Protocol}, but this worker only {FeedProtocol.Number}: "
                + "upgrade the older one.");
    }

    /// <summary>The lines that the head announces.</summary>
    /// <exception cref="InvalidDataException">A line is none that this protocol has, or lines are missing.</exception>
    public async Task<List<PublishedChange>> ChangesAsync(int count, CancellationToken cancellationToken)
    {
        List<PublishedChange> changes = [];
        while (changes.Count < count)
        {
            changes.Add((await NextAsync(FeedJson.Default.FeedLine, cancellationToken)).ToChange());
        }

        return changes;
    }

    public ValueTask DisposeAsync() => _lines.CompleteAsync();

    private async Task<T> NextAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _lines.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var item = Parse(read.Buffer.Slice(0, end), type);
                _lines.AdvanceTo(read.Buffer.GetPosition(1, end));
                return item;
            }

            if (read.IsCompleted || read.Buffer.Length > LongestLine)
            {
                throw new InvalidDataException(
                    read.IsCompleted
                        ? "The silo's answer ends too early."
                        : "A line of the silo's answer is too long.");
            }

            // The next read waits for more.
            arrived();
            _lines.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static T Parse<T>(ReadOnlySequence<byte> line, JsonTypeInfo<T> type)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            return JsonSerializer.Deserialize(ref json, type) ?? throw new InvalidDataException("A line is null.");
        }
        catch (JsonException malformed)
        {
            throw new InvalidDataException($"A line of the silo's answer is malformed: {malformed.Message}", malformed);
        }
    }
}
