using System.Net;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.WebConsole;
using EndpointSync.Tests.Process.Access;
using EndpointSync.Tests.Testing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace EndpointSync.Tests.WebConsole;

/// <summary>
/// The console is no way around roles, the audit and the origin of forms. Every endpoint of it is walked.
/// </summary>
public sealed class WalkTests(ConsoleSilo console) : IClassFixture<ConsoleSilo>
{
    // Who is not signed in needs these.
    private static readonly string[] ForAnybody =
        ["/console/{file}", "/sign-in", IssuerSignIn.Path, IssuerSignIn.CallbackPath];

    // What each form is called in the audit. The list is complete: a test compares it with what is mapped.
    private static readonly (string Pattern, string Operation)[] Operations =
    [
        ("/sign-in", "signIn"),
        ("/registries/{registry}/reload", "reloadRegistry"),
        ("/registries/{registry}/history/{version:long}/rollback", "rollbackRegistry"),
        ("/registries/{registry}/unpin", "unpinRegistry"),
        ("/registries/{registry}/endpoints", "addEndpoint"),
        ("/registries/{registry}/endpoints/{id:int}", "changeEndpoint"),
        ("/registries/{registry}/endpoints/{id:int}/archive", "archiveEndpoint"),
        ("/registries/{registry}/endpoints/{id:int}/restore", "changeEndpoint"),
        ("/keys", "createKey"),
        ("/keys/{id}/revoke", "revokeKey"),
        ("/sign-out", "signOut"),
    ];

    [Fact]
    public void Every_endpoint_has_a_role_apart_from_the_sign_in_and_the_files()
    {
        Assert.True(ConsoleEndpoints.All.Count > 20);
        Assert.All(ConsoleEndpoints.All, endpoint =>
        {
            var isForAnybody = ForAnybody.Contains(endpoint.RoutePattern.RawText);
            Assert.Equal(isForAnybody, endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null);
            Assert.Equal(isForAnybody, endpoint.Metadata.GetMetadata<RequiredRole>() is null);
        });
    }

    [Fact]
    public void What_changes_something_needs_an_operator_or_an_administrator()
    {
        Assert.All(
            ConsoleEndpoints.Changing.Where(endpoint => RoleOf(endpoint) is not null
                && endpoint.RoutePattern.RawText != "/sign-out"),
            endpoint => Assert.Contains(RoleOf(endpoint)!.Value, new[] { AccessRole.Operator, AccessRole.Admin }));
    }

    [Fact]
    public async Task Nobody_gets_a_page_without_signing_in_and_a_key_without_the_role_gets_403()
    {
        using var nobody = console.Client();
        using var worker = console.Client();
        using var viewer = await console.ClientAsync(AccessRole.Viewer);
        using var elsewhere = await console.ClientAsync(AccessRole.Viewer, "another");
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await worker.SignInAsync((await console.Silo.CreateKeyAsync(AccessRole.Worker)).Secret));

        foreach (var endpoint in ConsoleEndpoints.All.Where(endpoint => RoleOf(endpoint) is not null))
        {
            var path = ConsoleEndpoints.PathOf(endpoint, "1");
            var isRead = !ConsoleEndpoints.MethodsOf(endpoint).Contains("POST");
            Assert.Equal(
                (path, isRead ? HttpStatusCode.Found : HttpStatusCode.Unauthorized),
                (path, await StatusAsync(nobody, endpoint, path)));
            Assert.Equal(
                (path, RoleOf(endpoint) == AccessRole.Viewer), (path, await IsLetInAsync(viewer, endpoint, path)));
            Assert.Equal(
                (path, path is "/" or "/sign-out"), (path, await IsLetInAsync(elsewhere, endpoint, path)));
        }
    }

    [Fact]
    public async Task A_form_without_the_token_of_this_browser_changes_nothing_and_is_recorded_as_refused()
    {
        var endpoint = await console.Database.AddEndpointAsync("kept", "/kept");
        var key = await console.Silo.CreateKeyAsync(AccessRole.Viewer);
        using var admin = await console.ClientAsync(AccessRole.Admin);
        using var other = await console.ClientAsync(AccessRole.Admin);
        var stolen = await other.TokenAsync("/keys");

        foreach (var changing in ConsoleEndpoints.Changing)
        {
            var path = ConsoleEndpoints.PathOf(
                changing,
                changing.RoutePattern.RawText!.Contains("keys", StringComparison.Ordinal) ? key.Id : $"{endpoint}");
            foreach (var token in new[] { null, "", stolen })
            {
                using var answer = await admin.PostAsync(
                    path, token, ("name", "changed"), ("key", ProtectedSilo.AdminKey));
                Assert.Equal((path, HttpStatusCode.BadRequest), (path, answer.StatusCode));
            }
        }

        Assert.Equal("kept", await console.Database.ScalarAsync<string>(
            $"select name::text from fastapi_endpoint where id = {endpoint}"));
        Assert.Equal(HttpStatusCode.OK, await console.Silo.StatusAsync(key.Secret, "registries"));
        Assert.True(await console.Database.ScalarAsync<long>(
            "select count(*) from orleans.audit "
            + "where outcome = 'Refused' and operation = 'addEndpoint' and status = 400") >= 3);
    }

    [Fact]
    public async Task Every_form_that_changes_something_leaves_the_row_that_the_API_would()
    {
        var endpoint = await console.Database.AddEndpointAsync("walked", "/walked");
        var key = await console.Silo.CreateKeyAsync(AccessRole.Viewer);
        using var admin = console.Client();
        await admin.SignInAsync(ProtectedSilo.AdminKey);
        var token = await admin.TokenAsync("/keys");
        Assert.Equal(
            Operations.Select(operation => operation.Pattern).Order(StringComparer.Ordinal),
            ConsoleEndpoints.Changing.Select(changing => changing.RoutePattern.RawText!.TrimEnd('/'))
                .Order(StringComparer.Ordinal));

        foreach (var (pattern, operation) in Operations)
        {
            var before = await RowsAsync(operation);
            var path = pattern.Replace("{registry}", "openspp", StringComparison.Ordinal)
                .Replace("{id:int}", $"{endpoint}", StringComparison.Ordinal)
                .Replace("{version:long}", "1", StringComparison.Ordinal)
                .Replace("{id}", key.Id, StringComparison.Ordinal);
            using var answer = await admin.PostAsync(
                path, token, ("name", "walked"), ("rootPath", $"/{Guid.NewGuid():N}"), ("app", "api"),
                ("role", "Worker"), ("key", ProtectedSilo.AdminKey), ("return", "/"), ("confirm", "openspp"),
                ("reason", "walked"), ("seen", await NewestAsync()));

            Assert.True((int)answer.StatusCode < 400, $"{path}: {answer.StatusCode}");
            await Deadline.UntilAsync(
                async () => await RowsAsync(operation) == before + 1, $"a row {operation} in the audit for {path}");
            // A sign-in gives another session, and so another token.
            token = pattern == "/sign-in" ? await admin.TokenAsync("/keys") : token;
        }
    }

    [Fact]
    public async Task A_session_opens_pages_and_not_the_API()
    {
        using var admin = await console.ClientAsync(AccessRole.Admin);
        using var page = await admin.GetAsync("/");
        using var api = await admin.GetAsync("/api/v1/registries");
        using var metrics = await admin.GetAsync("/metrics");

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized),
            (page.StatusCode, api.StatusCode, metrics.StatusCode));
    }

    private Task<string> NewestAsync() => console.Database.ScalarAsync<string>(
        "select coalesce(max(version), 0)::text from endpoint_sync.versions");

    private Task<long> RowsAsync(string operation) => console.Database.ScalarAsync<long>(
        $"select count(*) from orleans.audit where outcome = 'Done' and operation = '{operation}' "
        + "and principal = 'settings:admin'");

    private static AccessRole? RoleOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<RequiredRole>()?.Role;

    private static async Task<HttpStatusCode> StatusAsync(ConsoleClient client, RouteEndpoint endpoint, string path)
    {
        using var answer = ConsoleEndpoints.MethodsOf(endpoint).Contains("POST")
            ? await client.PostAsync(path, token: null)
            : await client.GetAsync(path);
        return answer.StatusCode;
    }

    // Whoever is let in without a form's token gets 400, and does nothing.
    private static async Task<bool> IsLetInAsync(ConsoleClient client, RouteEndpoint endpoint, string path)
    {
        var status = await StatusAsync(client, endpoint, path);
        Assert.NotEqual(HttpStatusCode.Unauthorized, status);
        return status != HttpStatusCode.Forbidden;
    }
}
