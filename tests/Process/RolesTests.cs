using System.Net;
using System.Text.Json;
using EndpointSync.Tests.Process.Access;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process;

/// <summary>What each role may do, in which registry, and how a key ends. Real silos and their HTTP.</summary>
public sealed class RolesTests(OneProtectedSilo one) : IClassFixture<OneProtectedSilo>
{
    private const string AdminKey = ProtectedSilo.AdminKey;

    private readonly TestDatabase _database = one.Database;
    private readonly ProtectedSilo _silo = one.Silo;

    // Who may call an operation. The list is complete: a test compares it with the API's description.
    private static readonly (string Method, string Path, AccessRole[] May)[] Operations =
    [
        ("GET", "registries", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "gateways", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("HEAD", "registries/openspp", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/routes", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/versions", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/versions/1", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/diff", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/plan", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/pin", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("DELETE", "registries/openspp/pin", [AccessRole.Operator, AccessRole.Admin]),
        ("POST", "registries/openspp/rollback", [AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/explain", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/overlaps", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/events", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/quarantine", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
        ("GET", "registries/openspp/rollout", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
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
        ("GET", "doctor", [AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin]),
    ];

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

    // They tell of every registry, and are not among the operations that the description has.
    [Fact]
    public async Task Metrics_are_for_viewers_of_all_registries()
    {
        const string metrics = "/metrics";
        Assert.Equal(HttpStatusCode.Unauthorized, await _silo.StatusAsync("not a key", metrics));
        foreach (var role in Enum.GetValues<AccessRole>())
        {
            Assert.Equal(
                (role, role != AccessRole.Worker, false),
                (role, await AllowsAsync(await CreateAsync(role), "GET", metrics),
                    await AllowsAsync(await CreateAsync(role, "openspp"), "GET", metrics)));
        }
    }

    [Fact]
    public async Task The_operations_are_those_of_the_description()
    {
        var (_, description) = await _silo.AskAsync(AdminKey, "GET", "/openapi/v1.json");
        var described = description.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(
                operation => $"{operation.Name} {path.Name.TrimEnd('/')}"));

        Assert.Equal(
            described.Order(StringComparer.Ordinal),
            Operations.Concat(ForTheCluster).Where(operation => operation.Method != "HEAD")
                .Select(operation => $"{operation.Method.ToLowerInvariant()} /api/v1/" + operation.Path
                    .Replace("openspp", "{registry}", StringComparison.Ordinal)
                    .Replace("endpoints/1", "endpoints/{id}", StringComparison.Ordinal)
                    .Replace("versions/1", "versions/{version}", StringComparison.Ordinal)
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
        await using var other = await ProtectedSilo.StartAsync(_database, name: "other");
        var (id, key) = await _silo.CreateKeyAsync(AccessRole.Viewer);
        Assert.Equal(HttpStatusCode.OK, await other.StatusAsync(key, "registries"));

        Assert.Equal(HttpStatusCode.OK, await _silo.StatusAsync(AdminKey, "DELETE", $"keys/{id}"));

        Assert.Equal(HttpStatusCode.Unauthorized, await _silo.StatusAsync(key, "registries"));
        // The promise is about time: within it the answer may be either.
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, await other.StatusAsync(key, "registries"));
    }

    [Fact]
    public async Task An_expired_key_is_refused_and_a_changed_one_too()
    {
        var (_, key) = await _silo.CreateKeyAsync(AccessRole.Viewer);
        Assert.Equal(HttpStatusCode.OK, await _silo.StatusAsync(key, "registries"));
        await _database.ExecuteAsync("update orleans.api_keys set expires_at = clock_timestamp()");

        await UntilAsync(HttpStatusCode.Unauthorized, key);
        var changed = (await CreateAsync(AccessRole.Viewer))[..^1] + "u";
        Assert.Equal(HttpStatusCode.Unauthorized, await _silo.StatusAsync(changed, "registries"));
    }

    [Fact]
    public async Task Keys_that_are_known_stay_valid_while_the_tables_are_away_and_others_get_503()
    {
        var known = await CreateAsync(AccessRole.Viewer);
        Assert.Equal(HttpStatusCode.OK, await _silo.StatusAsync(known, "registries"));
        var unknown = await CreateAsync(AccessRole.Viewer);

        await _database.ExecuteAsync("alter table orleans.api_keys rename to gone");

        try
        {
            await UntilAsync(HttpStatusCode.ServiceUnavailable, unknown);
            Assert.Equal(HttpStatusCode.OK, await _silo.StatusAsync(known, "registries"));
            Assert.Equal(HttpStatusCode.OK, await _silo.StatusAsync(AdminKey, "registries"));
        }
        finally
        {
            await _database.ExecuteAsync("alter table orleans.gone rename to api_keys");
        }

        await UntilAsync(HttpStatusCode.OK, unknown);
    }

    [Theory]
    [InlineData("{}", "name", "role")]
    [InlineData("{\"name\":\"a\\u001b[2J\",\"role\":\"Viewer\"}", "name")]
    [InlineData("{\"name\":\"a\",\"role\":\"Viewer\",\"registries\":[]}", "registries")]
    [InlineData("{\"name\":\"a\",\"role\":\"Viewer\",\"registries\":[\"no such/name\"]}", "registries")]
    [InlineData("{\"name\":\"a\",\"role\":\"Viewer\",\"expiresAt\":\"2020-01-01T00:00:00Z\"}", "expiresAt")]
    public async Task A_key_that_nobody_can_mean_is_refused_with_its_fields(string body, params string[] fields)
    {
        var before = await CountKeysAsync();

        var (status, problem) = await _silo.AskAsync(AdminKey, "POST", "keys", body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(
            fields, problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Equal(before, await CountKeysAsync());
    }

    [Fact]
    public async Task The_command_line_creates_lists_and_revokes_and_no_secret_is_stored_or_printed_again()
    {
        var admin = ProtectedSilo.AdminEnvironment;
        var created = await CliProcess.RunAsync(
            _silo.Address, admin, "keys", "create", "--role", "worker", "--registry", "openspp", "--name", "fleet",
            "--days", "30", "--json");
        Assert.Equal((0, ""), (created.ExitCode, created.Error));
        using var json = JsonDocument.Parse(created.Output);
        var key = json.RootElement.GetProperty("key").GetString()!;
        var id = json.RootElement.GetProperty("details").GetProperty("id").GetString()!;
        Assert.Equal(HttpStatusCode.OK, await _silo.StatusAsync(key, "registries/openspp/feed/newest"));

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

    // Let in is who gets an answer of the operation, even that there is nothing.
    private async Task<bool> AllowsAsync(string key, string method, string path)
    {
        var question = path.EndsWith("/feed", StringComparison.Ordinal)
            ? $"{path}?worker={Guid.NewGuid()}&name=test&leave=true"
            // A stream would not end.
            : path.EndsWith("/events", StringComparison.Ordinal) ? $"{path}?after=none" : path;
        var status = await _silo.StatusAsync(key, method, question);
        Assert.NotEqual(HttpStatusCode.Unauthorized, status);
        return status != HttpStatusCode.Forbidden;
    }

    private async Task<string[]> RegistriesAsync(string key)
    {
        var (_, names) = await _silo.AskAsync(key, "GET", "registries");
        return names.Deserialize<string[]>()!;
    }

    private Task<long> CountKeysAsync() => _database.ScalarAsync<long>("select count(*) from orleans.api_keys");

    private async Task<string> CreateAsync(AccessRole role, params string[] registries) =>
        (await _silo.CreateKeyAsync(role, registries)).Secret;

    // A silo reads the keys again every two seconds.
    private Task UntilAsync(HttpStatusCode expected, string key) => Deadline.UntilAsync(
        async () => await _silo.StatusAsync(key, "registries") == expected, $"a key that is answered with {expected}");
}
