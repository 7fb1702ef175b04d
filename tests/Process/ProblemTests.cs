using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using EndpointSync.Tests.Process.Access;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Process;

/// <summary>
/// Each kind of problem that docs/reference/problems.md lists, provoked at a real silo: its type, its status, and the
/// page that the type leads to.
/// </summary>
public sealed partial class ProblemTests : IAsyncLifetime
{
    private const string AdminKey = ProtectedSilo.AdminKey;
    private const string Endpoints = "registries/openspp/endpoints";
    private const string Body = "{\"name\":\"a\",\"rootPath\":\"/a\",\"app\":\"api\"}";

    // What tests of their own answer, as those of rollbacks, or what no test can provoke in a living silo.
    private static readonly string[] Elsewhere =
    [
        "version-moved", "version-not-kept", "not-pinned", "lock-busy", "no-rollout", "rollout-running", "ring-empty",
        "too-many-requests", "too-many-watchers", "gateways-unknown", "coordinator-timeout", "coordinator-unreachable",
        "unexpected-error",
    ];

    private static readonly IReadOnlyDictionary<string, (int Status, string Meaning)> Types = Row().Matches(
        File.ReadAllText(Path.Combine(
            RepositoryRoot.Find(AppContext.BaseDirectory)!, "docs", "reference", "problems.md")))
        .ToDictionary(
            row => row.Groups["name"].Value,
            row => (
                int.Parse(row.Groups["status"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture),
                row.Groups["meaning"].Value),
            StringComparer.Ordinal);

    private readonly HttpClient _http = new();
    private readonly HashSet<string> _answered = [];
    private TestDatabase _database = null!;
    private ProtectedSilo _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _silo = await ProtectedSilo.StartAsync(_database, new()
        {
            ["EndpointSync:Registries:away:ConnectionString"] = "Host=127.0.0.1;Port=1;Username=nobody;Timeout=1",
        });
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _silo.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Every_type_of_the_list_is_answered_and_no_other()
    {
        var id = await _database.AddEndpointAsync("taken", "/taken");
        await CallersAsync();
        await RequestsAsync(id);
        await KeysAsync(id);
        await DatabaseAsync(id);

        Assert.Equal(
            Types.Keys.Order(StringComparer.Ordinal),
            _answered.Concat(Elsewhere).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_type_leads_to_a_page_that_everybody_may_read()
    {
        foreach (var (name, (_, meaning)) in Types)
        {
            using var page = await _silo.SendAsync(credential: null, "GET", $"/problems/{name}");
            Assert.Equal(
                (HttpStatusCode.OK, "text/plain"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
            Assert.Contains(
                meaning, await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
        }

        using var none = await _silo.SendAsync(credential: null, "GET", "/problems/none");
        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
    }

    [Fact]
    public async Task A_parameter_that_cannot_be_read_is_named_with_its_value()
    {
        var feed = $"registries/openspp/feed?name=w&worker={Guid.NewGuid()}";
        foreach (var (path, value) in new[]
        {
            ($"{Endpoints}?limit=many", "many"), ($"{Endpoints}?cursor=last", "last"), ($"{feed}&after=abc", "abc"),
            ($"{feed}&serves=1.5", "1.5"), ($"{feed}&leave=maybe", "maybe"), ("audit?since=yesterday", "yesterday"),
            ("registries/openspp/explain?path=/a&version=newest", "newest"),
        })
        {
            var (status, problem) = await _silo.AskAsync(AdminKey, "GET", path);

            Assert.Equal((path, HttpStatusCode.BadRequest), (path, status));
            Assert.Contains($"from \"{value}\"", problem.GetProperty("detail").GetString()!, StringComparison.Ordinal);
        }
    }

    private async Task CallersAsync()
    {
        var viewer = await _silo.CreateKeyAsync(AccessRole.Viewer);
        await AnswersAsync("no-valid-credential", "GET", "registries", credential: "nobody's key");
        await AnswersAsync(
            "role-not-enough", "POST", "registries/openspp/reload", credential: viewer.Secret);
        await AnswersAsync(
            "foreign-origin", "POST", "registries/openspp/reload", header: ("Origin", "https://evil.test"));
        var unknown = await _silo.CreateKeyAsync(AccessRole.Viewer);
        await _database.ExecuteAsync("alter table orleans.api_keys rename to gone");
        await Deadline.UntilAsync(
            async () => await _silo.StatusAsync(unknown.Secret, "registries") == HttpStatusCode.ServiceUnavailable,
            "a key that cannot be checked");
        await AnswersAsync("credential-unchecked", "GET", "registries", credential: unknown.Secret);
        await _database.ExecuteAsync("alter table orleans.gone rename to api_keys");
    }

    private async Task RequestsAsync(int id)
    {
        await AnswersAsync("invalid-request", "GET", $"{Endpoints}?limit=0");
        await AnswersAsync("unreadable-request", "GET", $"{Endpoints}?limit=x");
        await AnswersAsync("unreadable-request", "POST", Endpoints, "{\"nobody\":1}");
        await AnswersAsync(
            "body-too-long", "POST", Endpoints, $"{{\"name\":\"{new string('a', 300 * 1024)}\"}}");
        await AnswersAsync("unsupported-media-type", "POST", Endpoints, Body, media: "text/plain");
        await AnswersAsync("no-such-path", "GET", "nothing");
        await AnswersAsync("method-not-allowed", "PUT", Endpoints, Body);
        await AnswersAsync("no-such-registry", "GET", "registries/nothing");
        await AnswersAsync("no-such-version", "GET", "registries/openspp/versions/9999");
        await AnswersAsync("no-such-endpoint", "GET", $"{Endpoints}/9999");
        await AnswersAsync("no-such-key", "DELETE", "keys/nothing");
        await AnswersAsync(
            "root-path-taken", "POST", Endpoints, Body.Replace("/a", "/taken", StringComparison.Ordinal));
        await AnswersAsync(
            "endpoint-edited-meanwhile", "PATCH", $"{Endpoints}/{id}", "{\"name\":\"b\"}",
            header: ("If-Match", "\"other\""));
        await AnswersAsync("no-routes-yet", "GET", "registries/away/feed/newest");
    }

    private async Task KeysAsync(int id)
    {
        var (path, body) = ($"{Endpoints}/{id}", "{\"name\":\"c\"}");
        var key = ("Idempotency-Key", "one");
        using (var first = await SendAsync("PATCH", path, body, AdminKey, key, "application/json"))
        {
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        }

        await AnswersAsync("idempotency-key-reused", "PATCH", path, "{\"name\":\"d\"}", header: key);
        await _database.ExecuteAsync("update orleans.idempotency_keys set status = null");
        await AnswersAsync("idempotency-key-in-use", "PATCH", path, body, header: key);
        await _database.ExecuteAsync("update orleans.idempotency_keys set alive_at = '-infinity'");
        await AnswersAsync("idempotency-outcome-unknown", "PATCH", path, body, header: key);
        await _database.ExecuteAsync("alter table orleans.idempotency_keys rename to away");
        await AnswersAsync("idempotency-unavailable", "PATCH", path, body, header: key);
        await _database.ExecuteAsync("alter table orleans.audit rename to gone");
        await AnswersAsync("audit-unwritable", "PATCH", path, body);
        await _database.ExecuteAsync("alter table orleans.gone rename to audit");
    }

    private async Task DatabaseAsync(int id)
    {
        await using (var other = await _database.Source.OpenConnectionAsync())
        {
            await using var transaction = await other.BeginTransactionAsync();
            await using var open = other.CreateCommand();
            open.CommandText = "update fastapi_endpoint set name = 'open'";
            await open.ExecuteNonQueryAsync();
            await AnswersAsync("row-open-elsewhere", "PATCH", $"{Endpoints}/{id}", "{\"name\":\"e\"}");
        }

        await _database.ExecuteAsync(
            """
            create function refuse() returns trigger language plpgsql as $$
              begin raise exception 'not you' using errcode = tg_argv[0]; end $$;
            create trigger refuse before insert on fastapi_endpoint for each row execute function refuse('42501')
            """);
        await AnswersAsync("database-privilege-missing", "POST", Endpoints, Body);
        await _database.ExecuteAsync(
            "create trigger refuse before insert on endpoint_sync.versions for each row execute function "
            + "refuse('P0001')");
        await AnswersAsync("reload-failed", "POST", "registries/openspp/reload");
        await _database.ExecuteAsync("alter table endpoint_sync.routes rename to away");
        await AnswersAsync("database-refused", "GET", "registries/openspp/routes");
    }

    private async Task AnswersAsync(
        string expected, string method, string path, string? body = null, string credential = AdminKey,
        (string Name, string Value)? header = null, string media = "application/json")
    {
        using var answer = await SendAsync(method, path, body, credential, header, media);
        var text = await answer.Content.ReadAsStringAsync();

        Assert.True((int)answer.StatusCode == Types[expected].Status, $"{method} {path}: {answer.StatusCode} {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonElement.Parse(text);
        Assert.Equal(
            ($"/problems/{expected}", Types[expected].Status),
            (problem.GetProperty("type").GetString(), problem.GetProperty("status").GetInt32()));
        _answered.Add(expected);
    }

    private async Task<HttpResponseMessage> SendAsync(
        string method, string path, string? body, string credential, (string Name, string Value)? header, string media)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri(_silo.Address, $"api/v1/{path}"));
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {credential}");
        if (header is { } given)
        {
            request.Headers.TryAddWithoutValidation(given.Name, given.Value);
        }

        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, media);
        return await _http.SendAsync(request);
    }

    [GeneratedRegex(
        @"^\| (?<status>\d{3}) \| `/problems/(?<name>[^`]+)` \| [^|]+ \| (?<meaning>[^|]+) \|$",
        RegexOptions.Multiline)]
    private static partial Regex Row();
}
