using System.Net;
using System.Text.Json;
using EndpointSync.Tests.Process.Access;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process;

/// <summary>Requests that are repeated with an Idempotency-Key. Two real silos and their HTTP.</summary>
public sealed class IdempotencyTests(IdempotencySilos silos) : IClassFixture<IdempotencySilos>, IAsyncLifetime
{
    private const string AdminKey = ProtectedSilo.AdminKey;
    private const string Endpoints = "endpoints";
    private const string Body = "{\"name\":\"a\",\"rootPath\":\"/a\",\"app\":\"api\"}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await silos.ClearAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_repetition_gets_the_first_answer_from_any_silo_and_nothing_is_done_twice()
    {
        using var first = await silos.SendAsync(silos.First, "one", "POST", Endpoints, Body);
        using var second = await silos.SendAsync(silos.Second, "one", "POST", Endpoints, Body);
        using var third = await silos.SendAsync(silos.First, "one", "POST", Endpoints, Body);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        foreach (var again in new[] { second, third })
        {
            Assert.Equal(["true"], again.Headers.GetValues("Idempotency-Replayed"));
            Assert.Equal(
                (first.StatusCode, first.Headers.ETag, first.Headers.Location, await TextAsync(first)),
                (again.StatusCode, again.Headers.ETag, again.Headers.Location, await TextAsync(again)));
            Assert.Equal(first.Content.Headers.ContentType, again.Content.Headers.ContentType);
        }

        Assert.Equal(1, await silos.CountAsync());
        Assert.Equal(3, await silos.Database.ScalarAsync<long>(
            "select count(*) from orleans.audit where operation = 'addEndpoint' and outcome = 'Done' "
            + "and status = 201"));
        Assert.Equal(1, await silos.Database.ScalarAsync<long>(
            "select count(*) from orleans.audit where operation = 'addEndpoint' and state_after is not null"));
    }

    [Fact]
    public async Task Every_edit_and_a_reload_can_be_repeated()
    {
        var id = await silos.Database.AddEndpointAsync("a", "/a");
        var requests = new[]
        {
            ("PATCH", $"{Endpoints}/{id}", "{\"name\":\"b\"}", HttpStatusCode.OK),
            ("POST", $"{Endpoints}/{id}/archive", null, HttpStatusCode.OK),
            ("DELETE", $"{Endpoints}/{id}", null, HttpStatusCode.NoContent),
            ("POST", "reload?wait=silos", null, HttpStatusCode.OK),
        };
        foreach (var (method, path, body, status) in requests)
        {
            using var first = await silos.SendAsync(silos.First, $"{method}:{path}", method, path, body);
            using var again = await silos.SendAsync(silos.Second, $"{method}:{path}", method, path, body);

            Assert.Equal((status, status), (first.StatusCode, again.StatusCode));
            Assert.Equal(await TextAsync(first), await TextAsync(again));
            Assert.True(again.Headers.Contains("Idempotency-Replayed"));
        }

        // Without a key a second deletion finds nothing.
        Assert.Equal(
            HttpStatusCode.NotFound,
            await silos.First.StatusAsync(AdminKey, "DELETE", $"registries/openspp/{Endpoints}/{id}"));
    }

    [Fact]
    public async Task A_key_belongs_to_one_request_of_one_caller()
    {
        using var first = await silos.SendAsync(silos.First, "one", "POST", Endpoints, Body);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        var other = Body.Replace("/a", "/other", StringComparison.Ordinal);
        foreach (var (method, path, body) in new[]
        {
            ("POST", Endpoints, other), ("POST", Endpoints + "?x=1", Body), ("PATCH", Endpoints + "/1", Body),
        })
        {
            using var refused = await silos.SendAsync(silos.Second, "one", method, path, body);
            Assert.Equal(
                (HttpStatusCode.UnprocessableEntity, "/problems/idempotency-key-reused"),
                (refused.StatusCode, await TypeAsync(refused)));
        }

        var key = await silos.First.CreateKeyAsync(AccessRole.Operator);
        using var another = await silos.SendAsync(silos.Second, "one", "POST", Endpoints, other, key.Secret);
        Assert.Equal(HttpStatusCode.Created, another.StatusCode);
        Assert.Equal(2, await silos.CountAsync());
    }

    [Fact]
    public async Task A_key_that_is_none_is_refused()
    {
        foreach (var key in new[] { "a b", "", new string('a', 256) })
        {
            using var refused = await silos.SendAsync(silos.First, key, "POST", Endpoints, Body);
            Assert.Equal(
                (HttpStatusCode.BadRequest, "/problems/invalid-request"),
                (refused.StatusCode, await TypeAsync(refused)));
        }

        Assert.Equal(0, await silos.CountAsync());
        using var longest = await silos.SendAsync(silos.First, new string('a', 255), "POST", Endpoints, Body);
        Assert.Equal(HttpStatusCode.Created, longest.StatusCode);
    }

    [Fact]
    public async Task A_request_that_did_nothing_leaves_its_key_free()
    {
        await silos.Database.AddEndpointAsync("a", "/a");
        using var refused = await silos.SendAsync(silos.First, "one", "POST", Endpoints, Body);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        await silos.Database.ExecuteAsync("delete from fastapi_endpoint");

        using var done = await silos.SendAsync(silos.Second, "one", "POST", Endpoints, Body);

        Assert.Equal(HttpStatusCode.Created, done.StatusCode);
        Assert.False(done.Headers.Contains("Idempotency-Replayed"));
    }

    [Fact]
    public async Task While_the_first_runs_others_are_told_to_wait_and_then_get_its_answer_though_its_caller_went()
    {
        await using var gate = await silos.CloseGateAsync();
        using var gone = new CancellationTokenSource();
        var first = silos.SendAsync(silos.First, "one", "POST", Endpoints, Body, cancellationToken: gone.Token);
        await silos.Database.UntilBlockedAsync();

        using var waiting = await silos.SendAsync(silos.Second, "one", "POST", Endpoints, Body);
        Assert.Equal(
            (HttpStatusCode.Conflict, "/problems/idempotency-key-in-use"),
            (waiting.StatusCode, await TypeAsync(waiting)));
        Assert.Equal(TimeSpan.FromSeconds(1), waiting.Headers.RetryAfter?.Delta);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await silos.OpenGateAsync(gate);

        HttpStatusCode status = default;
        await Deadline.UntilAsync(
            async () =>
            {
                using var again = await silos.SendAsync(silos.Second, "one", "POST", Endpoints, Body);
                return (status = again.StatusCode) != HttpStatusCode.Conflict;
            },
            "the answer of the first request");
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal(1, await silos.CountAsync());
    }

    [Fact]
    public async Task After_its_silo_died_in_the_middle_an_edit_is_not_done_again_and_a_reload_is()
    {
        await using var own = new IdempotencySilos();
        await own.InitializeAsync();
        await own.Database.AddEndpointAsync("due", "/due");
        await using (var gate = await own.CloseGateAsync())
        {
            var dying = own.SendAsync(own.First, "edit", "POST", Endpoints, Body);
            var reload = own.SendAsync(own.First, "reload", "POST", "reload");
            await own.Database.UntilBlockedAsync(2);
            own.First.Process.Kill();
            await own.First.Process.Exited.Within("the killed silo's end");
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => dying);
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => reload);
            await own.OpenGateAsync(gate);
        }

        // As long as the lease lasts, it may only be slow.
        foreach (var key in new[] { "edit", "reload" })
        {
            using var early = await own.SendAsync(
                own.Second, key, "POST", key == "edit" ? Endpoints : "reload", key == "edit" ? Body : null);
            Assert.Equal("/problems/idempotency-key-in-use", await TypeAsync(early));
        }

        await own.Database.ExecuteAsync(
            "update orleans.idempotency_keys set alive_at = alive_at - interval '21 seconds'");

        using var edit = await own.SendAsync(own.Second, "edit", "POST", Endpoints, Body);
        Assert.Equal(
            (HttpStatusCode.Conflict, "/problems/idempotency-outcome-unknown"),
            (edit.StatusCode, await TypeAsync(edit)));
        Assert.Equal(1, await own.CountAsync());
        await Deadline.UntilAsync(
            async () =>
            {
                using var again = await own.SendAsync(own.Second, "reload", "POST", "reload");
                return again.StatusCode == HttpStatusCode.OK && !again.Headers.Contains("Idempotency-Replayed");
            },
            "a reload that is run again");
    }

    [Fact]
    public async Task Without_the_table_of_keys_nothing_is_done_and_requests_without_a_key_go_on()
    {
        await silos.Database.ExecuteAsync("alter table orleans.idempotency_keys rename to away");

        using var refused = await silos.SendAsync(silos.First, "one", "POST", "reload");
        var withoutKey = await silos.First.StatusAsync(AdminKey, "POST", "registries/openspp/reload");
        await silos.Database.ExecuteAsync("alter table orleans.away rename to idempotency_keys");

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "/problems/idempotency-unavailable"),
            (refused.StatusCode, await TypeAsync(refused)));
        Assert.Equal(HttpStatusCode.OK, withoutKey);
    }

    [Fact]
    public async Task A_key_runs_out_and_is_deleted_by_a_silo_that_starts()
    {
        using var first = await silos.SendAsync(silos.First, "one", "POST", Endpoints, Body);
        await silos.Database.ExecuteAsync(
            "update orleans.idempotency_keys set begun_at = begun_at - interval '24 hours 1 second'");
        using var taken = await silos.SendAsync(silos.Second, "one", "POST", Endpoints, Body);
        Assert.Equal("/problems/root-path-taken", await TypeAsync(taken));

        await silos.Database.ExecuteAsync(
            "insert into orleans.idempotency_keys (principal, key, fingerprint, run, silo, begun_at) select 'x', "
            + "age::text, decode(repeat('00', 32), 'hex'), gen_random_uuid(), 'x', now() - make_interval(hours => age) "
            + "from unnest(array[23, 25]) as age");
        await using var third = await ProtectedSilo.StartAsync(silos.Database, name: "silo-3");
        await silos.Database.UntilAsync(
            "select array_agg(key) = array['23'] from orleans.idempotency_keys where principal = 'x'",
            "the deletion of the older key");
    }

    private static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(Cancelled);

    private static async Task<string?> TypeAsync(HttpResponseMessage answer) =>
        JsonElement.Parse(await TextAsync(answer)).GetProperty("type").GetString();
}
