using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process;

/// <summary>What each role may do, in which registry, and how a key ends. Real silos and their HTTP.</summary>
public sealed class RolesTests : IAsyncLifetime
{
    private const string AdminKey = "the administrators' key of the test";

    private TestDatabase _database = null!;
    private SiloProcess _silo = null!;
    private HttpClient _http = null!;

    // Who may call an operation. The list is complete: a test compares it with the API's description.
    private static readonly (string Method, string Path, AccessRole[] May)[] Operations =
    [
        ("GET", "registries", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "gateways", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("HEAD", "registries/openspp", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/routes", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/subscribers", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/writers", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("POST", "registries/openspp/reload", [AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/endpoints", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/endpoints/1", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("POST", "registries/openspp/endpoints", [AccessRole.Operator, AccessRole.Admin]),
        ("PATCH", "registries/openspp/endpoints/1", [AccessRole.Operator, AccessRole.Admin]),
        ("POST", "registries/openspp/endpoints/1/archive", [AccessRole.Operator, AccessRole.Admin]),
        ("DELETE", "registries/openspp/endpoints/1", [AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/feed", [AccessRole.Worker, AccessRole.Admin]),
        ("GET", "registries/openspp/feed/newest", [AccessRole.Worker, AccessRole.Admin]),
    ];

    // These need the role in all registries.
    private static readonly (string Method, string Path, AccessRole[] May)[] ForTheCluster =
    [
        ("GET", "keys", [AccessRole.Admin]), ("POST", "keys", [AccessRole.Admin]),
        ("DELETE", "keys/0", [AccessRole.Admin]),
        ("GET", "audit", [AccessRole.Admin]),
    ];

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _silo = await SiloProcess.StartAsync(
            Protected(Fleet.Options(_database)), TestContext.Current.CancellationToken);
        _http = new HttpClient { BaseAddress = _silo.Address };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _silo.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Each_operation_is_for_its_roles_and_for_nobody_else()
    {
        foreach (var role in Enum.GetValues<AccessRole>())
        {
            var ofAll = await CreateAsync(role);
            var ofOne = await CreateAsync(role, "openspp");
            var ofAnother = await CreateAsync(role, "another");
            foreach (var (method, path, may) in Operations)
            {
                // One is a list of what the caller may see, the other is about no registry.
                var isList = path is "registries" or "gateways";
                Assert.Equal((method, path, role, "all", may.Contains(role)), await IsLetInAsync(ofAll, "all"));
                Assert.Equal((method, path, role, "one", may.Contains(role)), await IsLetInAsync(ofOne, "one"));
                Assert.Equal(
                    (method, path, role, "another", isList && may.Contains(role)),
                    await IsLetInAsync(ofAnother, "another"));

                async Task<(string, string, AccessRole, string, bool)> IsLetInAsync(string key, string scope) =>
                    (method, path, role, scope, await AllowsAsync(key, method, path));
            }

            foreach (var (method, path, may) in ForTheCluster)
            {
                Assert.Equal(
                    (method, path, role, may.Contains(role), false),
                    (method, path, role, await AllowsAsync(ofAll, method, path),
                        await AllowsAsync(ofOne, method, path)));
            }
        }
    }

    [Fact]
    public async Task The_operations_are_those_of_the_description()
    {
        using var answer = await SendAsync(_http, AdminKey, "GET", "../../openapi/v1.json");
        using var description = JsonDocument.Parse(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var described = description.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(
                operation => $"{operation.Name} {path.Name.TrimEnd('/')}"));

        Assert.Equal(
            described.Order(StringComparer.Ordinal),
            Operations.Concat(ForTheCluster).Where(operation => operation.Method != "HEAD")
                .Select(operation => $"{operation.Method.ToLowerInvariant()} /api/v1/" + operation.Path
                    .Replace("openspp", "{registry}", StringComparison.Ordinal)
                    .Replace("endpoints/1", "endpoints/{id}", StringComparison.Ordinal)
                    .Replace("keys/0", "keys/{id}", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_list_has_the_registries_of_the_caller()
    {
        Assert.Equal(["openspp"], await RegistriesAsync(await CreateAsync(AccessRole.Viewer, "openspp")));
        Assert.Equal(["openspp"], await RegistriesAsync(await CreateAsync(AccessRole.Viewer)));
        Assert.Empty(await RegistriesAsync(await CreateAsync(AccessRole.Viewer, "another")));
    }

    [Fact]
    public async Task A_revoked_key_is_refused_by_every_silo_within_two_seconds()
    {
        await using var other = await SiloProcess.StartAsync(
            Protected(Fleet.Options(_database)) with { Name = "other" }, TestContext.Current.CancellationToken);
        using var elsewhere = new HttpClient { BaseAddress = other.Address };
        var created = await CreatedAsync(AccessRole.Viewer);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(elsewhere, created.Key, "GET", "registries"));

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_http, AdminKey, "DELETE", $"keys/{created.Details.Id}"));

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(_http, created.Key, "GET", "registries"));
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(elsewhere, created.Key, "GET", "registries"));
    }

    [Fact]
    public async Task An_expired_key_is_refused_and_a_changed_one_too()
    {
        var key = await CreateAsync(AccessRole.Viewer);
        await _database.ExecuteAsync("update orleans.api_keys set expires_at = clock_timestamp()");
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(_http, key, "GET", "registries"));
        var changed = (await CreateAsync(AccessRole.Viewer))[..^1] + "u";
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(_http, changed, "GET", "registries"));
    }

    [Fact]
    public async Task Keys_that_are_known_stay_valid_while_the_tables_are_away_and_others_get_503()
    {
        var known = await CreateAsync(AccessRole.Viewer);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_http, known, "GET", "registries"));
        var unknown = await CreateAsync(AccessRole.Viewer);

        await _database.ExecuteAsync("alter table orleans.api_keys rename to gone");
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_http, known, "GET", "registries"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_http, AdminKey, "GET", "registries"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(_http, unknown, "GET", "registries"));
    }

    [Theory]
    [InlineData("{}", "name", "role")]
    [InlineData("{\"name\":\"a\\u001b[2J\",\"role\":\"Viewer\"}", "name")]
    [InlineData("{\"name\":\"a\",\"role\":\"Viewer\",\"registries\":[]}", "registries")]
    [InlineData("{\"name\":\"a\",\"role\":\"Viewer\",\"registries\":[\"no such/name\"]}", "registries")]
    [InlineData("{\"name\":\"a\",\"role\":\"Viewer\",\"expiresAt\":\"2020-01-01T00:00:00Z\"}", "expiresAt")]
    public async Task A_key_that_nobody_can_mean_is_refused_with_its_fields(string body, params string[] fields)
    {
        using var answer = await SendAsync(
            _http, AdminKey, "POST", "keys", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var problem = JsonDocument.Parse(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            fields, problem.RootElement.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from orleans.api_keys"));
    }

    [Fact]
    public async Task The_command_line_creates_lists_and_revokes_and_no_secret_is_stored_or_printed_again()
    {
        var admin = new Dictionary<string, string> { ["ENDPOINTSYNC_KEY"] = AdminKey };
        var created = await CliProcess.RunAsync(
            _silo.Address, admin, "keys", "create", "--role", "worker", "--registry", "openspp", "--name", "fleet",
            "--days", "30", "--json");
        Assert.Equal((0, ""), (created.ExitCode, created.Error));
        using var json = JsonDocument.Parse(created.Output);
        var key = json.RootElement.GetProperty("key").GetString()!;
        var id = json.RootElement.GetProperty("details").GetProperty("id").GetString()!;
        Assert.Equal(
            HttpStatusCode.OK, await StatusAsync(_http, key, "GET", "registries/openspp/feed/newest"));

        var listed = await CliProcess.RunAsync(_silo.Address, admin, "keys", "list");
        var revoked = await CliProcess.RunAsync(_silo.Address, admin, "keys", "revoke", id);
        var unknown = await CliProcess.RunAsync(_silo.Address, admin, "keys", "revoke", "nobody");

        Assert.Matches($@"(?m)^{id} +fleet +worker +openspp +\d{{4}}-.* +valid$", listed.Output);
        Assert.Contains("revoked", revoked.Output, StringComparison.Ordinal);
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("'nobody'", unknown.Error, StringComparison.Ordinal);
        var secret = key[^52..];
        var stored = await _database.ScalarAsync<string>(
            "select string_agg(key::text, ' ') from orleans.api_keys as key");
        Assert.DoesNotContain(
            secret, stored + listed.Output + listed.Error + revoked.Output + _silo.Output, StringComparison.Ordinal);
    }

    private static SiloProcessOptions Protected(SiloProcessOptions options) => options with
    {
        Configuration = new Dictionary<string, string>(options.Configuration)
        {
            ["EndpointSync:Http:AdminKeyHash"] =
                Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(AdminKey))),
        },
    };

    // Let in is who gets an answer of the operation, even that there is nothing.
    private async Task<bool> AllowsAsync(string key, string method, string path)
    {
        var question = path.EndsWith("/feed", StringComparison.Ordinal)
            ? $"{path}?worker={Guid.NewGuid()}&name=test&leave=true"
            : path;
        var status = await StatusAsync(_http, key, method, question);
        Assert.NotEqual(HttpStatusCode.Unauthorized, status);
        return status != HttpStatusCode.Forbidden;
    }

    private async Task<string[]> RegistriesAsync(string key)
    {
        using var answer = await SendAsync(_http, key, "GET", "registries");
        return (await answer.Content.ReadFromJsonAsync<string[]>(TestContext.Current.CancellationToken))!;
    }

    private async Task<string> CreateAsync(AccessRole role, params string[] registries) =>
        (await CreatedAsync(role, registries)).Key;

    private async Task<CreatedApiKey> CreatedAsync(AccessRole role, params string[] registries)
    {
        using var answer = await SendAsync(_http, AdminKey, "POST", "keys", JsonContent.Create(new
        {
            name = "test",
            role = $"{role}",
            registries = registries.Length == 0 ? null : registries,
        }));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        using var json = JsonDocument.Parse(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return new CreatedApiKey(
            json.RootElement.GetProperty("key").GetString()!,
            new ApiKey
            {
                Id = json.RootElement.GetProperty("details").GetProperty("id").GetString()!,
                Name = "test",
                Role = role,
                CreatedAt = json.RootElement.GetProperty("details").GetProperty("createdAt").GetDateTimeOffset(),
                CreatedBy = "",
            });
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string key, string method, string path)
    {
        using var answer = await SendAsync(http, key, method, path);
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient http, string key, string method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri($"api/v1/{path}", UriKind.Relative))
        {
            Content = content,
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
