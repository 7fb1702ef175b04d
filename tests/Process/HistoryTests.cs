using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process;

/// <summary>The versions of a registry, and why a request is answered as it is: over HTTP and by the CLI.</summary>
public sealed class HistoryTests(ClientCluster cluster) : IClassFixture<ClientCluster>, IDisposable
{
    private readonly HttpClient _http = new()
    {
        BaseAddress = new Uri(cluster.Silos.Silos[0].Address, "api/v1/registries/openspp/"),
    };

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_change_is_found_in_history_and_diff_and_explained_before_and_after_it()
    {
        await ReloadAsync();
        var before = await NewestAsync();
        var id = await AddAsync("/history");
        await ReloadAsync();
        var after = before + 1;

        Assert.Contains($"\n{after}  ", "\n" + await RunAsync("history", "openspp"), StringComparison.Ordinal);
        Assert.Contains(
            "1 added, 0 changed, 0 removed", await RunAsync("history", "openspp", "--version", $"{after}"),
            StringComparison.Ordinal);
        var diff = await RunAsync("diff", "openspp");
        Assert.StartsWith(
            $"Version {before} to {after}: 1 added, 0 changed, 0 removed\n", diff, StringComparison.Ordinal);
        Assert.Matches($@"\n\+ +fastapi\.endpoint:{id}:\S+ +api +/history/", diff);
        Assert.Matches(
            $@"\n- +fastapi\.endpoint:{id}:",
            await RunAsync("diff", "openspp", "--from", $"{after}", "--to", $"{before}"));
        Assert.DoesNotContain(
            "/history/", await RunAsync("routes", "openspp", "--version", $"{before}"), StringComparison.Ordinal);

        var now = await RunAsync("explain", "openspp", "/history/%61?x=1");
        Assert.StartsWith("GET /history/a\n", now, StringComparison.Ordinal);
        Assert.Matches(@"outcome +answered\nvalues +application_path=a\n", now);
        Assert.Contains("it answers", now, StringComparison.Ordinal);
        Assert.All(
            cluster.Silos.Silos,
            silo => Assert.Matches($@"served by .*{silo.Name}", now));
        Assert.Matches(
            "outcome +404", await RunAsync("explain", "openspp", "/history/a", "--version", $"{before}"));
        Assert.Matches(
            "outcome +405", await RunAsync("explain", "openspp", "/history/a", "--method", "TRACE"));
        Assert.Matches(
            "'histori', and that of the rule 'history'", await RunAsync("explain", "openspp", "/histori/a"));
        Assert.Equal($"No two rules of version {after} compete.\n", await RunAsync("overlaps", "openspp"));
    }

    [Fact]
    public async Task A_version_is_sent_once_to_those_who_keep_its_tag()
    {
        await AddAsync("/tagged");
        await ReloadAsync();
        foreach (var question in new[] { "routes", "diff", "diff?from=0" })
        {
            using var first = await _http.GetAsync(new Uri(question, UriKind.Relative), Cancelled);
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
            var tag = first.Headers.ETag!;
            Assert.Equal(HttpStatusCode.NotModified, await AskAgainAsync(question, tag));
            Assert.Equal(HttpStatusCode.OK, await AskAgainAsync(question, new EntityTagHeaderValue("\"1-0\"")));

            await AddAsync($"/tagged/{question.Length}");
            await ReloadAsync();
            Assert.Equal(HttpStatusCode.OK, await AskAgainAsync(question, tag));
        }
    }

    [Theory]
    [InlineData("versions?limit=0", 400, "limit", "'0' does not lie between 1 and 10000")]
    [InlineData("versions?limit=10001", 400, "limit", "'10001' does not lie between 1 and 10000")]
    [InlineData("versions?cursor=-1", 400, "cursor", "'-1' is negative")]
    [InlineData("routes?version=-1", 400, "version", "'-1' is negative")]
    [InlineData("endpoints?limit=0", 400, "limit", "'0' does not lie between 1 and 10000")]
    [InlineData("explain", 400, "path", "must begin with a slash and have at most 2048 characters")]
    [InlineData("explain?path=x", 400, "path", "must begin with a slash and have at most 2048 characters")]
    [InlineData("explain?path=/&method=", 400, "method", "must have 1 to 32 characters")]
    [InlineData("versions/999999", 404, null, "Registry 'openspp' has no version 999999.")]
    [InlineData("routes?version=999999", 404, null, "Registry 'openspp' has no version 999999.")]
    [InlineData("diff?from=999999", 404, null, "Registry 'openspp' has no version 999999.")]
    [InlineData("explain?path=/&version=999999", 404, null, "Registry 'openspp' has no version 999999.")]
    public async Task A_question_that_has_no_answer_is_refused_with_the_reason(
        string question, int status, string? parameter, string reason)
    {
        using var answer = await _http.GetAsync(new Uri(question, UriKind.Relative), Cancelled);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.StartsWith(
            reason,
            parameter is null
                ? problem.GetProperty("detail").GetString()
                : problem.GetProperty("errors").GetProperty(parameter)[0].GetString(),
            StringComparison.Ordinal);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private async Task<HttpStatusCode> AskAgainAsync(string question, EntityTagHeaderValue tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(question, UriKind.Relative));
        request.Headers.IfNoneMatch.Add(tag);
        using var answer = await _http.SendAsync(request, Cancelled);
        return answer.StatusCode;
    }

    private async Task<long> NewestAsync() =>
        (await _http.GetFromJsonAsync<JsonElement>(new Uri("routes?limit=1", UriKind.Relative), Cancelled))
            .GetProperty("version").GetInt64();

    private async Task<int> AddAsync(string rootPath)
    {
        using var answer = await _http.PostAsJsonAsync(
            "endpoints", new { name = "x", rootPath, app = "api" }, Cancelled);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("id").GetInt32();
    }

    private async Task ReloadAsync()
    {
        using var answer = await _http.PostAsync(
            new Uri("reload?wait=silos", UriKind.Relative), content: null, Cancelled);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var run = await CliProcess.RunAsync(cluster.Silos.Silos[0].Address, arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Output;
    }
}
