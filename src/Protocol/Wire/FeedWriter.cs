using System.Buffers;
using System.Text.Json;

namespace EndpointSync.Wire;

/// <summary>Writes a silo's answer as lines of JSON.</summary>
/// <param name="output">Receives the bytes.</param>
internal sealed class FeedWriter(IBufferWriter<byte> output) : IDisposable
{
    private readonly Utf8JsonWriter _json = new(output);

    public void Write(FeedHead head)
    {
        JsonSerializer.Serialize(_json, head, FeedJson.Default.FeedHead);
        EndLine();
    }

    public void Write(FeedLine line)
    {
        JsonSerializer.Serialize(_json, line, FeedJson.Default.FeedLine);
        EndLine();
    }

    public void Dispose() => _json.Dispose();

    private void EndLine()
    {
        _json.Flush();
        _json.Reset();
        output.GetSpan(1)[0] = (byte)'\n';
        output.Advance(1);
    }
}
