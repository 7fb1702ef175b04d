using EndpointSync.Grains.Endpoints;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Endpoints;

public sealed class RootPathTakenTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new();
    private TestRegistry _registry = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _registry = new TestRegistry(_database);
        await _database.AddEndpointAsync("o''ne", "/a");
        await _database.AddEndpointAsync("two", "/b");
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("/a")]
    [InlineData("/a/")]
    [InlineData("/A")]
    [InlineData("/a/ ")]
    public async Task A_taken_root_path_is_refused_and_its_owner_is_named(string rootPath)
    {
        var result = await AddAsync(rootPath);

        Assert.Equal(
            (null, EditRefusal.RootPathTaken, $"root path '{rootPath}' is taken by endpoint 1 'o'ne'"),
            (result.Endpoint, result.Refusal, result.Reason));
        Assert.Equal(2L, await _database.ScalarAsync<long>("select count(*) from fastapi_endpoint"));
    }

    [Fact]
    public async Task A_root_path_that_Odoo_stored_in_another_spelling_is_the_same_root_path()
    {
        await _database.ExecuteAsync("update fastapi_endpoint set root_path = '/a/' where id = 1");

        Assert.Equal(EditRefusal.RootPathTaken, (await AddAsync("/a")).Refusal);
    }

    [Fact]
    public async Task An_edit_to_a_taken_root_path_is_refused_and_changes_nothing()
    {
        var result = await ChangeAsync(2, new EndpointEdit { Name = "renamed", RootPath = "/a" });

        Assert.Equal((EditRefusal.RootPathTaken, "two"), (result.Refusal, result.Endpoint!.Name));
        Assert.Equal(["o'ne", "two"], await _database.ListAsync("select name from fastapi_endpoint order by id"));
    }

    [Fact]
    public async Task An_archived_endpoint_takes_no_root_path_until_it_is_active_again()
    {
        await ChangeAsync(1, new EndpointEdit { Active = false });
        Assert.Equal(EditRefusal.None, (await AddAsync("/a")).Refusal);

        Assert.Equal(EditRefusal.RootPathTaken, (await ChangeAsync(1, new EndpointEdit { Active = true })).Refusal);
        Assert.Equal(
            EditRefusal.None, (await ChangeAsync(1, new EndpointEdit { Active = true, RootPath = "/c" })).Refusal);
    }

    [Fact]
    public async Task An_endpoint_keeps_its_own_root_path() =>
        Assert.Equal(
            EditRefusal.None, (await ChangeAsync(1, new EndpointEdit { RootPath = "/a", Active = true })).Refusal);

    // SQL, or Odoo, which does not check it, can give two endpoints one root path.
    [Fact]
    public async Task An_edit_that_keeps_the_root_path_succeeds_although_another_endpoint_has_the_same()
    {
        await _database.ExecuteAsync("update fastapi_endpoint set root_path = '/a'");

        Assert.Equal("renamed", (await ChangeAsync(1, new EndpointEdit { Name = "renamed" })).Endpoint!.Name);
        Assert.Equal(EditRefusal.None, (await ChangeAsync(2, new EndpointEdit { RootPath = "/c" })).Refusal);
    }

    private Task<EditResult> AddAsync(string rootPath) =>
        _registry.Endpoints.AddAsync(
            new EndpointEdit { Name = "new", RootPath = rootPath, App = "api" }, CancellationToken.None);

    private Task<EditResult> ChangeAsync(int id, EndpointEdit edit) =>
        _registry.Endpoints.ChangeAsync(id, edit, null, CancellationToken.None);
}
