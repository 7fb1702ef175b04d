using System.Buffers;
using System.Text;
using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Unit.Worker;

/// <summary>The place in a trace that comes with a silo's answer, between builds that know it and older ones.</summary>
public sealed class FeedTraceTests
{
    private const string Place = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    [Fact]
    public async Task It_arrives_with_the_head()
    {
        var head = await ReadAsync(Written(Head(Place)));

        Assert.Equal(Place, head.Trace);
    }

    [Fact]
    public async Task The_answer_of_an_older_silo_has_none()
    {
        var head = await ReadAsync("""{"protocol":1,"version":3,"hash":""}""");

        Assert.Null(head.Trace);
        Assert.False(TraceParent.TryRead(head.Trace, out _));
    }

    [Fact]
    public void An_answer_without_one_is_what_an_older_silo_would_write() =>
        Assert.Equal(
            """{"protocol":1,"version":3,"hash":"h","silos":[]}""", Written(Head(trace: null)));

    [Theory]
    [InlineData("")]
    [InlineData("00-4bf9")]
    [InlineData("not a place")]
    public void What_cannot_be_read_is_none(string text) => Assert.False(TraceParent.TryRead(text, out _));

    private static FeedHead Head(string? trace) => new() { Protocol = 1, Version = 3, Hash = "h", Trace = trace };

    private static string Written(FeedHead head)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var writer = new FeedWriter(bytes);
        writer.Write(head);
        return Encoding.UTF8.GetString(bytes.WrittenSpan).TrimEnd('\n');
    }

    private static async Task<FeedHead> ReadAsync(string line)
    {
        await using var reading = new FeedReading(new MemoryStream(Encoding.UTF8.GetBytes(line + "\n")), () => { });
        return await reading.HeadAsync(CancellationToken.None);
    }
}
