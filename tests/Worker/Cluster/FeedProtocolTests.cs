using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Worker.Cluster;

/// <summary>What docs/worker-protocol.md promises, asked of a real silo by hand.</summary>
public sealed class FeedProtocolTests : IDisposable
{
    private static readonly Guid Worker = Guid.NewGuid();

    private readonly HttpClient _http = new();

    [Fact]
    public async Task A_worker_without_a_table_gets_a_whole_one_and_the_silos_and_then_what_changes()
    {
        await using var cluster = await LiveCluster.StartAsync(silos: 2);
        await cluster.DeclareAsync("/first");
        await Deadline.UntilAsync(
            async () => (await AskAsync(cluster, "after=0"))[0]["silos"]!.AsArray().Count == 2,
            "both silos in the list");

        var whole = await AskAsync(cluster, "after=0&unknown=field");
        var head = whole[0];
        Assert.Equal(
            (1, 1, 0, 1),
            (Number(head, "protocol"), Number(head, "version"), Number(head, "from"), whole.Count - 1));
        Assert.Equal(
            cluster.Silos.Select(silo => silo.Address.ToString()).Order(),
            head["silos"]!.AsArray().Select(url => url!.GetValue<string>()));
        Assert.Equal(head["hash"]!.GetValue<string>(), whole[1]["hash"]!.GetValue<string>());

        var waiting = AskAsync(cluster, $"after=1&hash={head["hash"]}&serves=1&timeout=30s");
        await cluster.DeclareAsync("/second", WaitFor.Nobody);
        var news = await waiting.Within("the news");
        Assert.Equal((2, 1, 1), (Number(news[0], "version"), Number(news[0], "from"), news.Count - 1));
        Assert.Equal("/second/", news[1]["rules"]![0]!.GetValue<string>());

        await cluster.Database.ExecuteAsync(
            "update fastapi_endpoint set active = false, registry_sync = false where root_path = '/first'");
        waiting = AskAsync(cluster, $"after=2&hash={news[0]["hash"]}&serves=2&timeout=30s");
        await cluster.DeclareAsync("/third", WaitFor.Nobody);
        news = await waiting.Within("the news of a removal");
        Assert.Single(news, line => line["removed"]?.GetValue<bool>() == true && line["rules"] is null);
    }

    [Fact]
    public async Task A_question_is_answered_with_nothing_new_after_its_timeout_and_a_foreign_table_is_replaced()
    {
        await using var cluster = await LiveCluster.StartAsync(silos: 1);
        await cluster.DeclareAsync("/first");
        var hash = (await AskAsync(cluster, "after=0"))[0]["hash"]!.GetValue<string>();

        var nothing = await AskAsync(cluster, $"after=1&hash={hash}&timeout=50ms");
        var foreign = await AskAsync(cluster, $"after=1&hash={new string('0', 64)}&timeout=50ms");

        Assert.Equal((1, true), (nothing.Count, nothing[0]["from"] is null));
        Assert.Equal((0, 1), (Number(foreign[0], "from"), foreign.Count - 1));
    }

    [Fact]
    public async Task A_whole_table_is_compressed_for_a_worker_that_takes_that()
    {
        await using var cluster = await LiveCluster.StartAsync(silos: 1);
        await cluster.Database.ExecuteAsync(
            """
            insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session)
            select 'e' || number, '/e/' || number, 'api', true, false, false from generate_series(1, 3000) as number
            """);
        await cluster.DeclareAsync("/first", WaitFor.Silos);

        using var request = new HttpRequestMessage(HttpMethod.Get, Question(cluster, "after=0"));
        request.Headers.Add("Accept-Encoding", "gzip");
        using var answer = await _http.SendAsync(request);
        var sent = await answer.Content.ReadAsByteArrayAsync();
        await using var gzip = new GZipStream(new MemoryStream(sent), CompressionMode.Decompress);
        using var text = new StreamReader(gzip, Encoding.UTF8);
        var lines = (await text.ReadToEndAsync()).TrimEnd('\n').Split('\n');

        Assert.Equal("gzip", Assert.Single(answer.Content.Headers.ContentEncoding));
        Assert.Equal(3002, lines.Length);
        var sum = lines.Skip(1).Aggregate(default(ContentHash), (sum, line) =>
            ContentHash.TryParse(JsonNode.Parse(line)!["hash"]!.GetValue<string>(), out var hash) ? sum ^ hash : sum);
        Assert.Equal(JsonNode.Parse(lines[0])!["hash"]!.GetValue<string>(), sum.ToString());
        Assert.True(sent.Length < lines.Sum(line => line.Length) / 2, $"{sent.Length} bytes were sent");
    }

    [Fact]
    public async Task A_silo_that_stops_answers_its_waiting_questions_at_once_and_says_so()
    {
        await using var cluster = await LiveCluster.StartAsync(silos: 1);
        await cluster.DeclareAsync("/first");
        var hash = (await AskAsync(cluster, "after=0"))[0]["hash"]!.GetValue<string>();
        List<JsonNode> last = [];
        var stopped = Task.CompletedTask;

        // One question after the other, so that one of them waits whenever the silo begins to stop.
        for (var asked = 0; !last.Exists(head => head["stopping"] is not null); asked++)
        {
            var waiting = AskAsync(cluster, $"after=1&hash={hash}&timeout=30s");
            stopped = asked == 0 ? cluster.Silos[0].StopAsync() : stopped;
            last = await waiting.Within("the answer of the silo that stops");
        }

        Assert.True(last[0]["stopping"]!.GetValue<bool>());
        await stopped;
    }

    [Theory]
    [InlineData("openspp", "after=1", HttpStatusCode.BadRequest, "hash")]
    [InlineData("openspp", "after=-1", HttpStatusCode.BadRequest, "never negative")]
    [InlineData("openspp", "timeout=soon", HttpStatusCode.BadRequest, "'soon' is not a time")]
    [InlineData("nowhere", "after=0", HttpStatusCode.NotFound, "Registry 'nowhere' is not configured")]
    public async Task A_question_that_cannot_be_answered_is_told_why(
        string registry, string question, HttpStatusCode status, string reason)
    {
        await using var cluster = await LiveCluster.StartAsync(silos: 1);

        using var answer = await _http.GetAsync(Question(cluster, question, registry));

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(
            reason, System.Text.RegularExpressions.Regex.Unescape(await answer.Content.ReadAsStringAsync()),
            StringComparison.Ordinal);
    }

    public void Dispose() => _http.Dispose();

    private static Uri Question(LiveCluster cluster, string question, string registry = WorkerApp.Registry) => new(
        cluster.Silos[0].Address, $"api/v1/registries/{registry}/feed?worker={Worker}&name=by+hand&{question}");

    private async Task<List<JsonNode>> AskAsync(LiveCluster cluster, string question)
    {
        var text = await _http.GetStringAsync(Question(cluster, question));
        return [.. text.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!)];
    }

    private static int Number(JsonNode head, string name) => head[name]!.GetValue<int>();
}
