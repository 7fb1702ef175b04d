using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Endpoints;
using EndpointSync.Tests.Postgres.Sync;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Endpoints;

public sealed class EndpointStoreTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new();
    private TestRegistry _registry = null!;

    private EndpointStore Store => _registry.Endpoints;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _registry = new TestRegistry(_database);
        await _registry.Preparation.EnsureAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task An_added_endpoint_gets_the_user_and_the_company_that_Odoo_would_give_it()
    {
        await _database.ExecuteAsync(
            """
            create table res_users (id integer primary key, company_id integer);
            create table ir_model_data (id serial, module varchar, name varchar, model varchar, res_id integer);
            insert into res_users values (2, 1), (4, 3);
            insert into ir_model_data (module, name, model, res_id) values
              ('base', 'user_admin', 'res.users', 2), ('base', 'public_user', 'res.users', 4);
            """);

        var added = await AddAsync("/a");

        Assert.Equal(
            "4 3",
            await _database.ScalarAsync<string>(
                $"select user_id || ' ' || company_id from fastapi_endpoint where id = {added.Id}"));
    }

    [Theory]
    [InlineData("select (module, name, res_id) on ir_model_data", "4 3")]
    [InlineData("insert on ir_model_data", "")]
    public async Task A_role_that_may_read_the_columns_finds_the_user_and_any_other_role_adds_without_one(
        string right, string owner)
    {
        await using var role = await TestRole.CreateAsync(_database);
        await _database.ExecuteAsync(
            $"""
             create table res_users (id integer primary key, company_id integer, password varchar);
             create table ir_model_data (id serial, module varchar, name varchar, model varchar, res_id integer);
             insert into res_users values (4, 3);
             insert into ir_model_data (module, name, model, res_id) values ('base', 'public_user', 'res.users', 4);
             grant usage on schema public, endpoint_sync to {role.Name};
             grant all on fastapi_endpoint, endpoint_route to {role.Name};
             grant all on all sequences in schema public, endpoint_sync to {role.Name};
             grant all on all tables in schema endpoint_sync to {role.Name};
             grant execute on all functions in schema endpoint_sync to {role.Name};
             grant select (id, company_id) on res_users to {role.Name};
             grant {right} to {role.Name}
             """);
        await using var registry = new TestRegistry(_database, connectionString: role.ConnectionString);
        await registry.Preparation.EnsureAsync(CancellationToken.None);

        var added = await registry.Endpoints.AddAsync(
            new EndpointEdit { Name = "endpoint", RootPath = "/a", App = "api" }, CancellationToken.None);

        Assert.Equal(
            owner,
            await _database.ScalarAsync<string>(
                "select concat_ws(' ', user_id, company_id) from fastapi_endpoint "
                + $"where id = {added.Endpoint!.Id}"));
    }

    [Theory]
    [InlineData("create table res_users (id integer primary key, company_id integer)")]
    [InlineData(
        "create table res_users (id integer primary key, company_id integer); "
        + "create table ir_model_data (id serial, module varchar, name varchar, model varchar, res_id integer)")]
    [InlineData("create table ir_model_data (module varchar, name varchar, res_id integer)")]
    public async Task An_added_endpoint_has_no_user_where_Odoo_has_no_public_one(string tables)
    {
        await _database.ExecuteAsync(tables);

        var added = await AddAsync("/a");

        Assert.True(
            await _database.ScalarAsync<bool>(
                $"select user_id is null and company_id is null from fastapi_endpoint where id = {added.Id}"));
    }

    [Fact]
    public async Task An_added_endpoint_is_active_unsynced_and_routed_by_the_next_reload()
    {
        var added = await AddAsync("/a");

        Assert.Equal(("endpoint", "/a", "api", null), (added.Name, added.RootPath, added.App, added.Description));
        Assert.Equal((true, false, false), (added.Active, added.SaveHttpSession, added.RegistrySync));
        Assert.True(
            await _database.ScalarAsync<bool>(
                "select abs(extract(epoch from now() at time zone 'utc' - write_date)) < 60 and create_date = "
                + "write_date from fastapi_endpoint"));
        await _registry.ReloadAsync();
        Assert.Equal([StoredRows.KeyOf(added.Id)], await _database.KeysAsync());
        Assert.Equal(added with { RegistrySync = true }, await FindAsync(added.Id));
    }

    [Fact]
    public async Task Every_field_is_stored_and_the_list_is_ordered_by_id()
    {
        await AddAsync("/a");
        var edit = new EndpointEdit
        {
            Name = "O'Brien \\ é",
            RootPath = "/b",
            App = "app",
            Description = "d",
            Active = false,
            SaveHttpSession = true,
        };

        var added = (await Store.AddAsync(edit, CancellationToken.None)).Endpoint!;

        Assert.Equal(
            ("O'Brien \\ é", "/b", "app", "d", false, true),
            (added.Name, added.RootPath, added.App, added.Description, added.Active, added.SaveHttpSession));
        Assert.Equal([1, 2], (await _registry.EndpointsAsync()).Select(endpoint => endpoint.Id));
    }

    [Fact]
    public async Task An_edit_changes_what_it_names_and_nothing_else()
    {
        var before = await AddAsync("/a");

        var after = await ChangeAsync(before.Id, new EndpointEdit { Description = "new" });

        Assert.Equal(before with { Description = "new", ETag = after.ETag }, after);
        Assert.NotEqual(before.ETag, after.ETag);
        Assert.Equal(after, await FindAsync(before.Id));
    }

    [Fact]
    public async Task Only_an_edit_that_affects_the_routes_clears_the_flag()
    {
        var id = (await AddAsync("/a")).Id;
        (EndpointEdit Edit, bool Cleared)[] edits =
        [
            (new EndpointEdit { Name = "renamed" }, false), (new EndpointEdit { Description = "d" }, false),
            (new EndpointEdit { App = "other" }, false),
            (new EndpointEdit { RootPath = "/b" }, true), (new EndpointEdit { SaveHttpSession = true }, true),
            (new EndpointEdit { Active = false }, true),
        ];
        foreach (var (edit, cleared) in edits)
        {
            await _registry.ReloadAsync();
            Assert.Equal((!cleared, edit), ((await ChangeAsync(id, edit)).RegistrySync, edit));
        }
    }

    [Fact]
    public async Task A_sync_keeps_the_ETag_and_any_edit_changes_it()
    {
        var added = await AddAsync("/a");
        await _registry.ReloadAsync();
        Assert.Equal(added.ETag, (await FindAsync(added.Id))!.ETag);

        await _database.ExecuteAsync("update fastapi_endpoint set app = 'by hand'");
        var byHand = (await FindAsync(added.Id))!.ETag;
        var toTheSame = (await ChangeAsync(added.Id, new EndpointEdit { App = "by hand" })).ETag;

        Assert.Equal(3, new[] { added.ETag, byHand, toTheSame }.Distinct().Count());
    }

    [Fact]
    public async Task An_edit_with_an_outdated_ETag_changes_nothing_and_returns_the_current_state()
    {
        var added = await AddAsync("/a");
        var edited = await ChangeAsync(added.Id, new EndpointEdit { Name = "first" });

        var second = await Store.ChangeAsync(
            added.Id, new EndpointEdit { Name = "second" }, added.ETag, CancellationToken.None);

        Assert.Equal((EditRefusal.ETagDiffers, edited), (second.Refusal, second.Endpoint));
        Assert.Equal(edited, await FindAsync(added.Id));
        Assert.Equal(
            EditRefusal.None,
            (await Store.ChangeAsync(
                added.Id, new EndpointEdit { Name = "third" }, edited.ETag, CancellationToken.None)).Refusal);
    }

    [Fact]
    public async Task Exactly_one_of_the_edits_with_the_same_ETag_succeeds()
    {
        var added = await AddAsync("/a");

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(editor => Task.Run(
            () => Store.ChangeAsync(
                added.Id, new EndpointEdit { Name = $"by {editor}" }, added.ETag,
                CancellationToken.None)))).Within("all edits");

        var winner = Assert.Single(results, result => result.Refusal == EditRefusal.None);
        Assert.Equal(winner.Endpoint, await FindAsync(added.Id));
        Assert.All(results.Except([winner]), result => Assert.Equal(EditRefusal.ETagDiffers, result.Refusal));
    }

    [Fact]
    public async Task An_archived_endpoint_stays_and_loses_its_routes()
    {
        var id = (await AddAsync("/a")).Id;
        await _registry.ReloadAsync();

        var archived = await ChangeAsync(id, new EndpointEdit { Active = false });
        await _registry.ReloadAsync();

        Assert.False(archived.Active);
        Assert.Empty(await _database.KeysAsync());
        Assert.NotNull(await FindAsync(id));
    }

    [Fact]
    public async Task A_deletion_succeeds_only_with_the_current_ETag()
    {
        var added = await AddAsync("/a");
        var edited = await ChangeAsync(added.Id, new EndpointEdit { Name = "edited" });

        Assert.Equal(EditRefusal.ETagDiffers, (await DeleteAsync(added.ETag)).Refusal);
        Assert.Equal(new EditResult(null, Before: edited), await DeleteAsync(edited.ETag));
        Assert.Equal(EditRefusal.NotFound, (await DeleteAsync(edited.ETag)).Refusal);
        Assert.Equal(EditRefusal.NotFound, (await DeleteAsync(null)).Refusal);

        Task<EditResult> DeleteAsync(string? etag) => Store.DeleteAsync(added.Id, etag, CancellationToken.None);
    }

    [Fact]
    public async Task A_missing_endpoint_is_not_found()
    {
        Assert.Null(await FindAsync(404));
        Assert.Equal(
            EditRefusal.NotFound,
            (await Store.ChangeAsync(404, new EndpointEdit { Name = "x" }, null, CancellationToken.None)).Refusal);
    }

    [Fact]
    public async Task An_edit_of_a_row_that_another_session_has_open_fails_soon_and_changes_nothing()
    {
        var added = await AddAsync("/a");
        await using var registry = new TestRegistry(
            _database, new SyncOptions { LockTimeout = TimeSpan.FromMilliseconds(50) });
        var store = registry.Endpoints;
        await using (await _database.OpenAsync("update fastapi_endpoint set name = 'open'"))
        {
            var change = await Assert.ThrowsAsync<PostgresException>(
                () => store.ChangeAsync(added.Id, new EndpointEdit { Name = "mine" }, null, CancellationToken.None));
            var deletion = await Assert.ThrowsAsync<PostgresException>(
                () => store.DeleteAsync(added.Id, null, CancellationToken.None));
            Assert.Equal(("55P03", "55P03"), (change.SqlState, deletion.SqlState));
        }

        Assert.Equal(added, await FindAsync(added.Id));
    }

    private async Task<EndpointView> AddAsync(string rootPath) =>
        (await Store.AddAsync(
            new EndpointEdit { Name = "endpoint", RootPath = rootPath, App = "api" },
            CancellationToken.None)).Endpoint!;

    private async Task<EndpointView> ChangeAsync(int id, EndpointEdit edit) =>
        (await Store.ChangeAsync(id, edit, null, CancellationToken.None)).Endpoint!;

    private Task<EndpointView?> FindAsync(int id) => Store.FindAsync(id, CancellationToken.None);
}
