using System.Buffers;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Unit.Worker;

public sealed class FeedLinesTests
{
    private static readonly PublishedRoute Route = new()
    {
        Key = "fastapi.endpoint:7:root",
        Rules = ["/\u00fcber/<path:rest>", "/\"quoted\"\n"],
        Methods = ["GET"],
        App = null,
        Hash = ContentHash.Of("a"),
        Problem = "why",
    };

    [Fact]
    public async Task What_a_silo_writes_a_worker_reads()
    {
        await using var reading = Reading(Written(
            Head(count: 2), FeedLine.Of(Route), FeedLine.Of(new PublishedChange("gone", null))));

        var head = await reading.HeadAsync(CancellationToken.None);
        var changes = await reading.ChangesAsync(head.Count, CancellationToken.None);

        Assert.Equal((0L, 0L, 2), (head.Version, head.From, head.Count));
        Assert.Equal(["fastapi.endpoint:7:root", "gone"], changes.Select(change => change.Key));
        Assert.Equivalent(Route, changes[0].Route);
        Assert.Null(changes[1].Route);
    }

    [Fact]
    public async Task Members_that_are_unknown_are_ignored()
    {
        await using var reading = Reading(
            """{"protocol":1,"version":3,"hash":"","later":{"a":[1]}}"""u8.ToArray().Append((byte)'\n').ToArray());

        Assert.Equal(3, (await reading.HeadAsync(CancellationToken.None)).Version);
    }

    [Theory]
    [InlineData("""{"protocol":2,"version":3,"hash":""}""", "speaks protocol 2")]
    [InlineData("""{"protocol":1,"hash":""}""", "malformed")]
    [InlineData("<html>", "malformed")]
    [InlineData("null", "null")]
    public async Task An_answer_of_another_kind_is_refused_with_the_reason(string line, string reason)
    {
        await using var reading = Reading(System.Text.Encoding.UTF8.GetBytes(line + "\n"));

        var refused = await Assert.ThrowsAsync<InvalidDataException>(
            () => reading.HeadAsync(CancellationToken.None));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_cut_off_is_refused()
    {
        await using var reading = Reading(Written(Head(count: 2), FeedLine.Of(Route)));
        var head = await reading.HeadAsync(CancellationToken.None);

        var refused = await Assert.ThrowsAsync<InvalidDataException>(
            () => reading.ChangesAsync(head.Count, CancellationToken.None));

        Assert.Contains("ends too early", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_problem_is_cut_between_characters_so_that_the_question_stays_short()
    {
        var report = new WorkerReport(
            Guid.Empty, "a & b", RouteVersion.None, string.Concat(Enumerable.Repeat("\ud83d\ude00", 300)), default);

        var path = FeedProtocol.NextPath("openspp", report, TimeSpan.FromSeconds(1.5));

        Assert.StartsWith("api/v1/registries/openspp/feed?worker=", path, StringComparison.Ordinal);
        Assert.Contains("&name=a%20%26%20b&after=0&serves=0&timeout=1500ms&problem=", path, StringComparison.Ordinal);
        Assert.EndsWith("%F0%9F%98%80", path, StringComparison.Ordinal);
        Assert.Equal(FeedProtocol.LongestProblem / 2, path.Split("%F0%9F%98%80").Length - 1);
    }

    private static FeedHead Head(int count) => new()
    {
        Protocol = FeedProtocol.Number,
        Version = 0,
        Hash = default(ContentHash).ToString(),
        From = 0,
        Count = count,
    };

    private static byte[] Written(FeedHead head, params FeedLine[] lines)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var writer = new FeedWriter(bytes);
        writer.Write(head);
        foreach (var line in lines)
        {
            writer.Write(line);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static FeedReading Reading(byte[] bytes) => new(new MemoryStream(bytes), () => { });
}
