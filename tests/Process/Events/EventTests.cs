using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using EndpointSync.Tests.Process.Access;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Events;

/// <summary>What a watcher of a registry is told, and when the stream ends. A real silo and its HTTP.</summary>
public sealed class EventTests : IAsyncLifetime
{
    private const string AdminKey = ProtectedSilo.AdminKey;
    private const string Reload = "registries/openspp/reload?wait=silos";

    private TestDatabase _database = null!;
    private ProtectedSilo _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _silo = await ProtectedSilo.StartAsync(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task What_is_committed_is_told_in_its_order_with_ids_that_follow_one_another()
    {
        await using var stream = await EventStreamClient.OpenAsync(_silo.Address);
        var start = NumberOf(stream.LastId!);

        await _database.AddEndpointAsync("a", "/a");
        await ReloadAsync();
        await _database.AddEndpointAsync("bad", "/b/<");
        await ReloadAsync();
        await _database.ExecuteAsync("delete from fastapi_endpoint where name = 'bad'");
        await ReloadAsync();
        await _database.ExecuteAsync(
            "set application_name = 'vandal'; update endpoint_route set route = '/hijacked'; reset application_name");
        var stored = new List<ReceivedEvent>();
        while (stored.Count < 4)
        {
            stored.Add(await stream.NextAsync(one => one.Id is not null, "a stored event"));
        }

        Assert.Equal(["version", "quarantine", "quarantine", "foreign-write"], stored.Select(one => one.Kind));
        Assert.Equal(Enumerable.Range(1, 4).Select(place => start + place), stored.Select(one => NumberOf(one.Id!)));
        Assert.Equal(stream.LastId, stored[^1].Id);
        var version = stored[0].Data;
        Assert.Equal(
            [
                "registry", "at", "callers", "contentHash", "endpointsSynced", "previousVersion", "routesAdded",
                "routesChanged", "routesRemoved", "silo", "version",
            ],
            Names(version));
        Assert.Equal(("openspp", 1, 0, 1), (
            version.GetProperty("registry").GetString(), version.GetProperty("version").GetInt32(),
            version.GetProperty("previousVersion").GetInt32(), version.GetProperty("routesAdded").GetInt32()));
        Assert.Equal(["Entered 1 bad /b/<", "Released 1 bad /b/<"], stored[1..3].Select(one =>
            $"{one.Data.GetProperty("change").GetString()} {one.Data.GetProperty("count").GetInt32()} "
            + $"{one.Data.GetProperty("endpoints")[0].GetProperty("name").GetString()} "
            + one.Data.GetProperty("endpoints")[0].GetProperty("rootPath").GetString()));
        var (_, writers) = await _silo.AskAsync(AdminKey, "GET", "registries/openspp/writers");
        var listed = writers.GetProperty("writes")[0];
        Assert.Equal(["registry", "at", .. Names(listed)], Names(stored[3].Data));
        Assert.Equal("vandal", stored[3].Data.GetProperty("writer").GetProperty("application").GetString());
        Assert.Equal(
            listed.GetProperty("keys").GetRawText(), stored[3].Data.GetProperty("keys").GetRawText());
        Assert.Equal(
            JsonValueKind.Null == listed.GetProperty("version").ValueKind,
            JsonValueKind.Null == stored[3].Data.GetProperty("version").ValueKind);
    }

    [Fact]
    public async Task States_come_first_without_ids_and_again_when_they_change()
    {
        await _database.AddEndpointAsync("a", "/a");
        await ReloadAsync();
        await using var stream = await EventStreamClient.OpenAsync(_silo.Address);

        var first = await stream.NextAsync("convergence");
        Assert.Null(first.Id);
        Assert.Equal(
            [
                "registry", "at", "version", "silos", "silosServing", "workers", "workersServing", "reached", "missing",
                "missingCount",
            ],
            first.Data.EnumerateObject().Select(one => one.Name));
        Assert.Equal((1, 1, true), (
            first.Data.GetProperty("silos").GetInt32(), first.Data.GetProperty("silosServing").GetInt32(),
            first.Data.GetProperty("reached").GetBoolean()));

        await _database.AddEndpointAsync("b", "/b");
        await ReloadAsync();
        await stream.NextAsync(
            one => one.Kind == "convergence" && one.Version == 2 && one.Data.GetProperty("reached").GetBoolean(),
            "the convergence of version 2");
        await using (var holder = await _database.Source.OpenConnectionAsync())
        {
            await using var transaction = await holder.BeginTransactionAsync();
            await using var take = holder.CreateCommand();
            take.CommandText = "select endpoint_sync.try_lock()";
            Assert.Equal(true, await take.ExecuteScalarAsync());
            // The sync's own hold may be seen before it.
            await stream.NextAsync(
                one => one.Kind == "lock" && one.Data.GetProperty("holder") is { ValueKind: JsonValueKind.Object } seen
                    && seen.GetProperty("processId").GetInt32() == holder.ProcessID,
                "the holder of the lock");
        }

        await stream.NextAsync(
            one => one.Kind == "lock" && one.Data.GetProperty("holder").ValueKind == JsonValueKind.Null,
            "the end of the hold");
    }

    [Fact]
    public async Task No_proxy_or_cache_keeps_events_back_and_a_silent_stream_shows_signs_of_life()
    {
        await using var stream = await EventStreamClient.OpenAsync(_silo.Address);

        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["no"], stream.Response.Headers.GetValues("X-Accel-Buffering"));
        Assert.Equal("no-store", $"{stream.Response.Headers.CacheControl}");
        Assert.Empty(stream.Response.Content.Headers.ContentEncoding);
        var reading = Task.Run(() => stream.NextAsync(_ => stream.Comments.Contains("still here"), "a sign of life"));
        await Deadline.UntilAsync(
            () => Task.FromResult(stream.Comments.Contains("still here")), "a comment in a silent stream");
        await _database.AddEndpointAsync("a", "/a");
        await ReloadAsync();
        await reading;
    }

    [Fact]
    public async Task Only_viewers_of_the_registry_may_watch_and_an_id_that_is_none_is_refused()
    {
        var worker = await _silo.CreateKeyAsync(AccessRole.Worker);
        var elsewhere = await _silo.CreateKeyAsync(AccessRole.Viewer, "another");
        var viewer = await _silo.CreateKeyAsync(AccessRole.Viewer, "openspp");

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(worker.Secret));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(elsewhere.Secret));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(credential: null));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(viewer.Secret));
        foreach (var id in new[] { "7", "-1-00000000", "1-0000000g", "x", "9999999999999999999-00000000" })
        {
            Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(viewer.Secret, id));
        }

        using var unknown = await _silo.SendAsync(AdminKey, "GET", "registries/nothing/events");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_revoked_key_ends_its_stream_and_no_other()
    {
        var viewer = await _silo.CreateKeyAsync(AccessRole.Viewer, "openspp");
        await using var stream = await EventStreamClient.OpenAsync(_silo.Address, credential: viewer.Secret);
        await using var other = await EventStreamClient.OpenAsync(_silo.Address);
        await stream.NextAsync("convergence");

        await _silo.AskAsync(AdminKey, "DELETE", $"keys/{viewer.Id}");

        await EndAsync(stream);
        Assert.Equal("the credential is not valid any more", stream.Comments[^1]);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(viewer.Secret, stream.LastId));
        await _database.AddEndpointAsync("a", "/a");
        await ReloadAsync();
        await other.NextAsync("version");
    }

    [Fact]
    public async Task A_silo_that_stops_says_so_and_does_not_wait_for_its_watchers()
    {
        await using var stream = await EventStreamClient.OpenAsync(_silo.Address);
        var stopped = _silo.Process.StopAsync();

        await EndAsync(stream);
        Assert.StartsWith("this silo stops", stream.Comments[^1], StringComparison.Ordinal);
        await stopped;
        Assert.Equal(0, await _silo.Process.Exited);
    }

    [Fact]
    public async Task A_watcher_that_takes_nothing_is_ended_with_a_word_and_loses_nothing()
    {
        await _database.AddEndpointAsync("a", "/a");
        await ReloadAsync();
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync });
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(_silo.Address, $"{EventStreamClient.Path}?after=0"));
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {AdminKey}");
        using var slow = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        // More than the buffers of both ends.
        await _database.ExecuteAsync(
            """
            select endpoint_sync.add_event(
              'public', 'pin', jsonb_build_object('pin', null, 'text', repeat('x', 100000)))
            from generate_series(1, 100)
            """);
        await _silo.PrintsAsync("Ended the event stream of settings:admin in openspp: it took nothing for 00:00:10");

        await using var again = await EventStreamClient.OpenAsync(_silo.Address, "0");
        for (var number = 1; number <= 101; number++)
        {
            var next = await again.NextAsync(one => one.Id is not null, $"event {number}");
            Assert.Equal((number, number == 1 ? "version" : "pin"), (NumberOf(next.Id!), next.Kind));
        }
    }

    // With a small buffer, which fills soon.
    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 * 1024 };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task EndAsync(EventStreamClient stream)
    {
        while (await stream.NextAsync().Within("the stream's end") is not null)
        {
            // Passed by.
        }
    }

    private static long NumberOf(string id) =>
        long.Parse(id.Split('-')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static IEnumerable<string> Names(JsonElement data) =>
        data.EnumerateObject().Select(one => one.Name)
            .OrderBy(name => name is "registry" ? 0 : name is "at" ? 1 : 2)
            .ThenBy(name => name, StringComparer.Ordinal);

    private async Task<HttpStatusCode> StatusAsync(string? credential, string? lastId = null)
    {
        using var answer = await EventStreamClient.SendAsync(_silo.Address, lastId, credential);
        return answer.StatusCode;
    }

    private async Task ReloadAsync()
    {
        var (status, receipt) = await _silo.AskAsync(AdminKey, "POST", Reload);
        Assert.True(status == HttpStatusCode.OK, $"{receipt}");
    }
}
