using System.Net;
using System.Text.Json;
using EndpointSync.Tests.Process.Access;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process;

/// <summary>Every change over HTTP leaves its row in the audit. A real silo, its HTTP and its command line.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private const string AdminKey = ProtectedSilo.AdminKey;
    private const string ForOldRow =
        """
        insert into orleans.audit (occurred_at, silo, principal, operation, outcome)
        select clock_timestamp() - make_interval(days => age), 'gone', 'test', 'age' || age, 'Done'
        from unnest(array[399, 401]) as age
        """;

    private TestDatabase _database = null!;
    private ProtectedSilo _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.ExecuteAsync(ForOldRow);
        _silo = await ProtectedSilo.StartAsync(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Every_operation_of_the_description_that_may_change_something_leaves_its_row()
    {
        var endpoint = await _database.AddEndpointAsync("a", "/a");
        await _silo.AskAsync(AdminKey, "POST", "registries/openspp/reload");
        var key = await _silo.CreateKeyAsync(AccessRole.Viewer);
        await _database.ExecuteAsync("delete from orleans.audit");
        var (_, description) = await _silo.AskAsync(AdminKey, "GET", "/openapi/v1.json");
        var operations = description.GetProperty("paths").EnumerateObject().SelectMany(
            path => path.Value.EnumerateObject().Where(operation => operation.Name != "get").Select(operation => (
                Method: operation.Name.ToUpperInvariant(), Path: path.Name,
                Name: operation.Value.GetProperty("operationId").GetString()!))).ToList();
        Assert.Contains(operations, operation => operation.Name == "reloadRegistry");

        // What deletes comes last.
        foreach (var (method, path, name) in operations.OrderBy(operation => operation.Method == "DELETE"))
        {
            var target = path.Contains("/keys/", StringComparison.Ordinal) ? key.Id : $"{endpoint}";
            var called = path.Replace("{registry}", "openspp", StringComparison.Ordinal)
                .Replace("{id}", target, StringComparison.Ordinal);
            var newest = await _database.ScalarAsync<long>("select version from endpoint_sync.state");
            called += path.EndsWith("/pin", StringComparison.Ordinal) ? $"?seen={newest}" : "";
            var body = path.Contains("/keys", StringComparison.Ordinal)
                ? "{\"name\":\"a\",\"role\":\"Worker\"}"
                : path.EndsWith("/rollback", StringComparison.Ordinal)
                ? $"{{\"toVersion\":1,\"seenVersion\":{newest},\"reason\":\"a test\"}}"
                : $"{{\"name\":\"b\",\"rootPath\":\"/{name}\",\"app\":\"api\"}}";
            var (status, _) = await _silo.AskAsync(AdminKey, method, called, body);

            Assert.True((int)status < 300, $"{method} {called}: {status}");
            await UntilRowAsync(
                $"operation = '{name}' and principal = 'settings:admin' and role = 'admin' and outcome = 'Done' "
                + $"and status = {(int)status} and address = '127.0.0.1' and request_id ~ '^[0-9a-f]{{32}}$' "
                + $"and registry {(path.Contains("{registry}", StringComparison.Ordinal) ? "= 'openspp'" : "is null")}"
                + (path.Contains("{id}", StringComparison.Ordinal) ? $" and target = '{target}'" : ""));
        }
    }

    [Fact]
    public async Task An_edit_is_recorded_with_the_state_before_and_after_and_a_key_without_its_secret()
    {
        var endpoint = await _database.AddEndpointAsync("a", "/a");
        await _silo.AskAsync(AdminKey, "PATCH", $"registries/openspp/endpoints/{endpoint}", "{\"name\":\"b\"}");
        await _silo.AskAsync(AdminKey, "DELETE", $"registries/openspp/endpoints/{endpoint}");
        var key = await _silo.CreateKeyAsync(AccessRole.Viewer);
        await _silo.AskAsync(AdminKey, "DELETE", $"keys/{key.Id}");

        // The answer comes after the row is complete, so nothing has to be waited for.
        Assert.Equal(
            [
                "changeEndpoint a b ", "deleteEndpoint b  ", $"createKey  test {key.Id}",
                $"revokeKey test test {key.Id}",
            ],
            await _database.ListAsync(
                """
                select concat_ws(
                  ' ', operation, coalesce(state_before->>'name', ''), coalesce(state_after->>'name', ''),
                  case when operation ~ 'Key' then target else '' end)
                from orleans.audit where silo <> 'gone' order by id
                """));
        Assert.Equal(1, await _database.ScalarAsync<long>(
            "select count(*) from orleans.audit where state_before->>'revokedAt' is null "
            + "and state_after->>'revokedBy' = 'settings:admin'"));
        Assert.DoesNotContain(
            key.Secret[^52..],
            await _database.ScalarAsync<string>("select string_agg(row::text, ' ') from orleans.audit as row"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_are_recorded_with_their_reason()
    {
        var viewer = await _silo.CreateKeyAsync(AccessRole.Viewer);
        const string edits = "registries/openspp/endpoints";

        Assert.Equal(HttpStatusCode.Forbidden, (await _silo.AskAsync(viewer.Secret, "DELETE", $"{edits}/7")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _silo.AskAsync(AdminKey, "DELETE", $"{edits}/8")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _silo.AskAsync(AdminKey, "POST", edits, "{}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await _silo.StatusAsync("nobody's key", "DELETE", $"{edits}/9"));

        await UntilRowAsync(
            $"operation = 'deleteEndpoint' and target = '7' and principal = 'key:test ({viewer.Id})' "
            + "and role = 'viewer' and status = 403 and outcome = 'Refused' and detail ~ 'needs operator'");
        await UntilRowAsync("target = '8' and status = 404 and outcome = 'Refused' and detail ~ 'has no endpoint 8'");
        await UntilRowAsync("operation = 'addEndpoint' and status = 400 and outcome = 'Refused' and detail ~ 'name'");
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from orleans.audit where target = '9'"));
    }

    [Fact]
    public async Task Without_an_audit_nothing_is_edited_and_reloads_go_on_and_are_recorded_later()
    {
        await _database.AddEndpointAsync("a", "/a");
        await _database.ExecuteAsync("alter table orleans.audit rename to away");

        var (status, problem) = await _silo.AskAsync(
            AdminKey, "POST", "registries/openspp/endpoints",
            "{\"name\":\"b\",\"rootPath\":\"/b\",\"app\":\"a\"}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("/problems/audit-unwritable", problem.GetProperty("type").GetString());
        Assert.Contains("orleans.audit", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from fastapi_endpoint"));
        Assert.Equal(
            HttpStatusCode.OK, (await _silo.AskAsync(AdminKey, "POST", "registries/openspp/reload")).Status);

        await _database.ExecuteAsync("alter table orleans.away rename to audit");
        await UntilRowAsync("operation = 'reloadRegistry' and version = 1 and outcome = 'Done'");
    }

    [Fact]
    public async Task Reloads_that_changed_nothing_share_a_row_that_counts_them()
    {
        const string reload = "registries/openspp/reload";
        await _silo.AskAsync(AdminKey, "POST", reload);
        await UntilRowAsync("operation = 'reloadRegistry' and detail = 'UpToDate'");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await _silo.AskAsync(AdminKey, "POST", reload)).Status);
        }

        await _silo.Process.StopAsync();

        Assert.Equal(
            ["21"], await _database.ListAsync("select count from orleans.audit where operation = 'reloadRegistry'"));
    }

    [Fact]
    public async Task Entries_are_read_in_pages_and_by_filters_and_old_ones_are_deleted()
    {
        await _database.UntilAsync(
            "select not exists (select from orleans.audit where operation = 'age401')", "the deletion of old rows");
        for (var id = 1; id <= 5; id++)
        {
            await _silo.AskAsync(AdminKey, "DELETE", $"registries/openspp/endpoints/{id}");
        }

        var (_, first) = await _silo.AskAsync(AdminKey, "GET", "audit?outcome=refused&limit=3");
        var next = first.GetProperty("next").GetInt64();
        var (_, second) = await _silo.AskAsync(AdminKey, "GET", $"audit?outcome=refused&limit=3&cursor={next}");
        var (_, same) = await _silo.AskAsync(AdminKey, "GET", $"audit?outcome=refused&limit=3&before={next}");
        Assert.Equal(["5", "4", "3"], Targets(first));
        Assert.Equal(["2", "1"], Targets(second));
        Assert.Equal(Targets(second), Targets(same));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
        Assert.Equal(HttpStatusCode.BadRequest, (await _silo.AskAsync(AdminKey, "GET", "audit?outcome=1")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _silo.AskAsync(AdminKey, "GET", "audit?limit=1001")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _silo.AskAsync(AdminKey, "GET", "audit?cursor=-1")).Status);

        var admin = ProtectedSilo.AdminEnvironment;
        var shown = await CliProcess.RunAsync(
            _silo.Address, admin, "audit", "--operation", "deleteEndpoint", "--principal", "settings:admin",
            "--registry", "openspp", "--since", "2020-01-01T00:00Z", "--limit", "2");
        var none = await CliProcess.RunAsync(_silo.Address, admin, "audit", "--until", "2020-01-01T00:00Z");
        var old = await CliProcess.RunAsync(_silo.Address, admin, "audit", "--principal", "test");
        Assert.Equal((0, ""), (shown.ExitCode, shown.Error));
        Assert.Matches(
            @"(?m)^\d+ +\d{4}-.* settings:admin +admin +127\.0\.0\.1 +deleteEndpoint +openspp +5 +1 .*refused: No such",
            shown.Output);
        Assert.Matches(@"There are more: --before \d+", shown.Output);
        Assert.Single(none.Output.Trim().Split('\n'));
        Assert.Contains("age399", old.Output, StringComparison.Ordinal);
    }

    private static IEnumerable<string?> Targets(JsonElement page) =>
        page.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("target").GetString());

    private Task UntilRowAsync(string condition) => _database.UntilAsync(
        $"select count(*) = 1 from orleans.audit where {condition}", $"one row with {condition}");
}
