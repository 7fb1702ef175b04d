using System.Text.Json;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process;

public sealed class CliTests(ClientCluster cluster) : IClassFixture<ClientCluster>
{
    private static readonly Uri NoServer = new("http://127.0.0.1:9");

    private Uri Server => cluster.Silos.Silos[0].Address;

    [Fact]
    public async Task An_endpoint_is_added_reloaded_listed_changed_archived_and_deleted()
    {
        await SucceedAsync("reload", "openspp");
        var added = await SucceedAsync(
            "endpoints", "add", "openspp", "--name", "Walk", "--root-path", "walk/", "--app", "api", "--description",
            "a way");
        Assert.Equal(
            ("/walk", "no", "a way"), (Field(added, "root path"), Field(added, "synced"), Field(added, "description")));
        var (id, tag) = (Field(added, "id"), Field(added, "etag"));

        var reloaded = await SucceedAsync("reload", "openspp");
        Assert.Equal("synced", Field(reloaded, "outcome"));
        Assert.Matches("1 added, 0 changed, 0 removed", Field(reloaded, "routes"));
        Assert.Equal("up to date", Field(await SucceedAsync("reload", "openspp"), "outcome"));

        Assert.Contains(
            await LinesAsync("endpoints", "list", "openspp"),
            line => line.StartsWith($"{id} ", StringComparison.Ordinal)
                && line.EndsWith("/walk", StringComparison.Ordinal));
        Assert.Contains(
            await LinesAsync("routes", "openspp"),
            line => line.Contains($"fastapi.endpoint:{id}:", StringComparison.Ordinal));

        var changed = await SucceedAsync("endpoints", "change", "openspp", id, "--name", "Run", "--if-match", tag);
        Assert.Equal(
            ("Run", "/walk", "yes"), (Field(changed, "name"), Field(changed, "root path"), Field(changed, "synced")));
        var archived = await SucceedAsync("endpoints", "archive", "openspp", id);
        Assert.Equal(("no", "no"), (Field(archived, "active"), Field(archived, "synced")));
        Assert.Equal(Field(changed, "id"), Field(await SucceedAsync("endpoints", "show", "openspp", id), "id"));
        Assert.StartsWith(
            $"Deleted endpoint {id} of openspp.", await SucceedAsync("endpoints", "delete", "openspp", id),
            StringComparison.Ordinal);
        Assert.Matches("0 added, 0 changed, 1 removed", Field(await SucceedAsync("reload", "openspp"), "routes"));
    }

    [Fact]
    public async Task What_a_name_says_to_a_terminal_is_shown_and_not_obeyed()
    {
        var id = Field(
            await SucceedAsync(
                "endpoints", "add", "openspp", "--name", "n\u001b[2J\r\u202e", "--root-path", "/odd\u001b[31m", "--app",
                "a\u009b1m", "--description", "one\ntwo"),
            "id");

        var outputs = new[]
        {
            await SucceedAsync("endpoints", "list", "openspp"), await SucceedAsync("endpoints", "show", "openspp", id),
            await SucceedAsync("reload", "openspp"), await SucceedAsync("routes", "openspp"),
            (await CliProcess.RunAsync(
                Server, "endpoints", "add", "openspp", "--name", "x", "--root-path", "/odd\u001b[31m", "--app", "a"))
            .Error,
        };
        await SucceedAsync("endpoints", "delete", "openspp", id);
        await SucceedAsync("reload", "openspp");

        Assert.All(
            outputs, output => Assert.DoesNotContain(
                output, letter => letter is '\u202e' || (char.IsControl(letter) && letter is not '\n')));
        Assert.Contains("n\\u001b[2J\\u000d\\u202e", outputs[0], StringComparison.Ordinal);
        Assert.Contains("one\\u000atwo", outputs[1], StringComparison.Ordinal);
        Assert.Contains("/odd\\u001b[31m/", outputs[3], StringComparison.Ordinal);
        Assert.Contains("'/odd\\u001b[31m' is taken", outputs[4], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--name", 201, "name has 201 characters; 200 is the limit")]
    [InlineData("--app", 201, "app has 201 characters; 200 is the limit")]
    [InlineData("--description", 20_001, "description has 20,001 characters; 20,000 is the limit")]
    public async Task Longer_texts_than_a_person_reads_are_refused(string option, int length, string reason)
    {
        var refused = await CliProcess.RunAsync(
            Server, "endpoints", "change", "openspp", "1", option, new string('x', length));

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(reason, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_on_this_machine_is_not_asked_through_the_environments_proxy()
    {
        var proxy = new Dictionary<string, string> { ["http_proxy"] = "http://127.0.0.1:1", ["no_proxy"] = "" };

        var status = await CliProcess.RunAsync(Server, proxy, "status", "openspp");

        Assert.Equal((0, ""), (status.ExitCode, status.Error));
    }

    [Fact]
    public async Task Status_shows_one_registry_in_fields_and_all_registries_in_a_line_each()
    {
        var one = await SucceedAsync("status", "openspp");
        Assert.Equal(("openspp", "free"), (Field(one, "registry"), Field(one, "lock")));
        Assert.All(one.Split('\n'), line => Assert.InRange(line.Length, 0, 80));

        var all = await LinesAsync("status");
        Assert.StartsWith("REGISTRY  VERSION  CHANGED", all[0], StringComparison.Ordinal);
        Assert.StartsWith("openspp   ", Assert.Single(all.Skip(1)), StringComparison.Ordinal);
        Assert.DoesNotContain('\e', string.Concat(all) + one);
    }

    [Fact]
    public async Task With_json_the_answer_of_the_api_is_printed_unchanged()
    {
        using var http = new HttpClient { BaseAddress = Server };
        foreach (var (path, arguments) in new (string, string[])[]
                 {
                     ("api/v1/registries/openspp", ["status", "openspp"]), ("api/v1/registries/openspp", ["status"]),
                     ("api/v1/registries/openspp/routes", ["routes", "openspp"]),
                     ("api/v1/registries/openspp/endpoints", ["endpoints", "list", "openspp"]),
                 })
        {
            Assert.Equal(
                await http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken),
                (await SucceedAsync([.. arguments, "--json"])).TrimEnd());
        }

        using var receipt = JsonDocument.Parse(await SucceedAsync("reload", "openspp", "--json"));
        Assert.Equal("openspp", receipt.RootElement.GetProperty("registry").GetString());
        using var problem = JsonDocument.Parse((await CliProcess.RunAsync(Server, "status", "opensp", "--json")).Error);
        Assert.Equal(404, problem.RootElement.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_reload_that_finds_the_lock_busy_names_the_holder_and_exits_with_3()
    {
        await using var held = await ForeignLock.TakeAsync(cluster.Database);
        await cluster.Database.AddEndpointAsync("held", "/held");

        var skipped = await CliProcess.RunAsync(Server, "reload", "openspp");

        Assert.Equal(3, skipped.ExitCode);
        Assert.Equal("skipped", Field(skipped.Output, "outcome"));
        Assert.Contains($"backend {held.ProcessId}", Field(skipped.Output, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_shows_the_lock_holder_with_its_duration_and_query()
    {
        await using var held = await ForeignLock.TakeAsync(cluster.Database);

        var status = await SucceedAsync("status", "openspp");

        Assert.Matches($"^held by backend {held.ProcessId} of role '[^']+', application 'psql'", Field(status, "lock"));
        Assert.Matches(
            "^for [0-9.]+ s or longer, first seen by this silo [0-9]{4}-[0-9-]+ [0-9:]+Z, idle$",
            Field(status, "held"));
        Assert.Equal(ForeignLock.Query, Field(status, "query"));
    }

    [Fact]
    public async Task A_reload_that_waits_for_the_lock_exits_with_0_if_it_gets_the_lock_and_with_3_if_not()
    {
        await using var held = await ForeignLock.TakeAsync(cluster.Database);
        await cluster.Database.AddEndpointAsync("waited", "/waited");

        var missed = await CliProcess.RunAsync(Server, "reload", "openspp", "--lock", "wait", "--timeout", "300ms");
        var waiting = CliProcess.RunAsync(Server, "reload", "openspp", "--lock", "wait", "--timeout", "60s");
        await held.ReleaseAsync();
        var reached = await waiting;

        Assert.Equal((3, "skipped"), (missed.ExitCode, Field(missed.Output, "outcome")));
        Assert.Equal((0, ""), (reached.ExitCode, reached.Error));
    }

    [Theory]
    [InlineData("No such registry\nRegistry 'opensp' is not configured.", "reload", "opensp")]
    [InlineData("No such endpoint\nRegistry 'openspp' has no endpoint 4711.", "endpoints", "show", "openspp", "4711")]
    [InlineData("'2h' is not a time", "reload", "openspp", "--wait", "silos", "--timeout", "2h")]
    [InlineData("  app is empty\n", "endpoints", "add", "openspp", "--name", "n", "--root-path", "/p", "--app", "")]
    public async Task A_refusal_of_the_server_is_printed_on_standard_error_and_exits_with_1(
        string expected, params string[] arguments)
    {
        var refused = await CliProcess.RunAsync(Server, arguments);

        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains(expected, refused.Error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edit_with_an_outdated_tag_is_refused()
    {
        var id = await cluster.Database.AddEndpointAsync("tagged", "/tagged");

        var refused = await CliProcess.RunAsync(
            Server, "endpoints", "delete", "openspp", $"{id}", "--if-match", "outdated");

        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("The endpoint was edited meanwhile", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("registry", "reload")]
    [InlineData("refresh", "refresh")]
    [InlineData("--wait silos or --wait workers", "reload", "openspp", "--timeout", "5s")]
    [InlineData("--lock wait", "reload", "openspp", "--lock", "skip", "--timeout", "5s")]
    [InlineData("'queue'", "reload", "openspp", "--lock", "queue")]
    [InlineData("'everybody'", "reload", "openspp", "--wait", "everybody")]
    [InlineData("--app", "endpoints", "add", "openspp", "--name", "n", "--root-path", "/p")]
    [InlineData("Nothing to change", "endpoints", "change", "openspp", "1")]
    [InlineData("--server 'nowhere'", "status", "--server", "nowhere")]
    public async Task Wrong_usage_is_printed_on_standard_error_and_exits_with_2(
        string expected, params string[] arguments)
    {
        var wrong = await CliProcess.RunAsync(NoServer, arguments);

        Assert.Equal((2, ""), (wrong.ExitCode, wrong.Output.Trim()));
        Assert.Contains(expected, wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_silo_is_reported_with_its_address_and_exits_with_4()
    {
        var unreachable = await CliProcess.RunAsync(NoServer, "status");

        Assert.Equal((4, ""), (unreachable.ExitCode, unreachable.Output));
        Assert.Contains("No silo can be reached at http://127.0.0.1:9/", unreachable.Error, StringComparison.Ordinal);
        Assert.Contains("dotnet run --project src/Silo", unreachable.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_lists_the_exit_codes()
    {
        var help = await CliProcess.RunAsync(NoServer, "--help");

        Assert.Equal((0, ""), (help.ExitCode, help.Error));
        Assert.Contains("3  reload answered, but it is not complete", help.Output, StringComparison.Ordinal);
    }

    private static string Field(string output, string name) =>
        output.Split('\n').Single(line => line.StartsWith(name + "  ", StringComparison.Ordinal))[name.Length..].Trim();

    private async Task<string> SucceedAsync(params string[] arguments)
    {
        var run = await CliProcess.RunAsync(Server, arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Output;
    }

    private async Task<string[]> LinesAsync(params string[] arguments) =>
        (await SucceedAsync(arguments)).Split(
            '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
