using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Rules;

/// <summary>Where a statement has to repeat what C# says, both are asked about the same generated values.</summary>
public sealed class SqlRuleTests : IAsyncLifetime
{
    private const int Seed = 1201;
    private const int Count = 2_000;

    // Every ASCII control character but the one that Postgres does not store, and some spaces beyond ASCII.
    private static readonly string[] WhiteSpace =
        [.. Enumerable.Range(1, 32).Concat([0x7f, 0x85, 0xa0, 0x2003]).Select(code => ((char)code).ToString())];

    private readonly TestDatabase _database = new();
    private readonly Random _random = new(Seed);

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task The_key_of_an_endpoint_is_the_same_in_both()
    {
        int[] ids =
            [0, 1, 9, 10, int.MaxValue, .. Enumerable.Range(0, Count).Select(_ => _random.Next(1, int.MaxValue))];

        var keys = await AskAsync(
            "select endpoint_sync.key_of(value) from unnest($1) with ordinality as given (value, n) order by n", ids);

        Assert.Equal(ids.Select(id => ExpectedRoute.For(id, "/x", saveHttpSession: false).Key), keys);
    }

    [Fact]
    public async Task The_endpoint_that_a_key_names_is_the_same_in_both()
    {
        var keys = Enumerable.Range(0, Count).Select(
            _ => Mixed(
                [
                    "fastapi.endpoint:", "fastapi.endpoint", ":", "0", "1", "7", "42", "2147483647", "2147483648", "/",
                    "|", " ", "x"],
                5))
            .Append("fastapi.endpoint:1:/|/<path:application_path>").ToArray();

        var ids = await AskAsync(
            "select endpoint_sync.endpoint_of(value)::text from unnest($1) with ordinality as given (value, n) "
            + "order by n",
            keys);

        Assert.Contains(ids, id => id is not null);
        Assert.Equal(
            keys.Select(key => RouteRow.EndpointIdOf(key)?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ids);
    }

    [Fact]
    public async Task A_folded_path_is_the_same_in_both()
    {
        var paths = Enumerable.Range(0, Count)
            .Select(_ => Mixed(["/", "a", "Z", "é", "É", "日", "😀", "|", "<", .. WhiteSpace], 8)).ToArray();

        var folded = await AskAsync(
            "select endpoint_sync.folded(value) from unnest($1) with ordinality as given (value, n) order by n", paths);

        Assert.Equal(paths.Select(RootPath.Fold), folded);
    }

    [Fact]
    public async Task The_root_path_that_a_stored_one_takes_is_the_same_in_both()
    {
        await using var registry = new TestRegistry(_database);
        var paths = Enumerable.Range(0, 150)
            .Select(_ => Mixed(
                [
                    "/", "a", "A", "b", "É", "é", " ", "\t", "\n", "\u001f", "\u00a0", "\u2003", "\u001b", "<", "//",
                ],
                4))
            .Where(path => path.Length > 0);
        foreach (var stored in paths.Distinct(StringComparer.Ordinal))
        {
            foreach (var wanted in new[] { "/a", "/b", "/a/b", "/a//b", "/é", "/a\n" })
            {
                await SetOnlyPathAsync(stored);
                var isTaken = RootPath.TryNormalize(stored, out var taken, out _)
                    && RootPath.LookupKey(taken) == RootPath.LookupKey(wanted);
                var edit = new EndpointEdit { Name = "new", RootPath = wanted, App = "api", Active = true };
                Assert.True(
                    isTaken == await IsTakenAsync(registry, edit),
                    $"'{stored}' {(isTaken ? "takes" : "does not take")} '{wanted}'");
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("drop trigger endpoint_sync_insert on endpoint_route")]
    [InlineData("alter table endpoint_route disable trigger endpoint_sync_update")]
    [InlineData("alter table fastapi_endpoint disable trigger all")]
    [InlineData("alter table fastapi_endpoint enable replica trigger endpoint_sync_delete")]
    [InlineData("alter table fastapi_endpoint enable always trigger endpoint_sync_delete")]
    [InlineData(
        "drop trigger endpoint_sync_insert on endpoint_route; create trigger endpoint_sync_insert after insert on "
        + "endpoint_route referencing new table as new_rows for each statement when (true) "
        + "execute function endpoint_sync.record_endpoint_changes()")]
    [InlineData(
        "drop trigger endpoint_sync_insert on endpoint_route; create trigger endpoint_sync_insert after insert on "
        + "endpoint_route referencing new table as new_rows for each statement "
        + "execute function endpoint_sync.record_route_changes()")]
    [InlineData(
        "drop trigger endpoint_sync_update on endpoint_route; create trigger endpoint_sync_update after update of key "
        + "on endpoint_route for each statement when (true) execute function endpoint_sync.record_route_changes()")]
    public async Task Whether_changes_are_captured_is_the_same_in_the_dirty_check_and_the_function(string damage)
    {
        await using var registry = new TestRegistry(_database);
        await registry.InstallTriggersAsync();
        await _database.ExecuteAsync(damage.Length == 0 ? "select" : damage);
        await using var connection = await registry.Database.Source.OpenConnectionAsync(
            TestContext.Current.CancellationToken);

        var check = await DirtyCheck.ReadAsync(
            registry.Database, connection, ReloadScope.Everything, TestContext.Current.CancellationToken);

        Assert.Equal(await _database.ScalarAsync<bool>("select endpoint_sync.is_tracked('public')"), check.IsTracked);
    }

    private string Mixed(string[] parts, int most) =>
        string.Concat(Enumerable.Range(0, _random.Next(0, most + 1)).Select(_ => parts[_random.Next(parts.Length)]));

    private static async Task<bool> IsTakenAsync(TestRegistry registry, EndpointEdit edit)
    {
        var result = await registry.Endpoints.AddAsync(edit, CancellationToken.None);
        return result.Refusal == Grains.Endpoints.EditRefusal.RootPathTaken;
    }

    private async Task SetOnlyPathAsync(string stored)
    {
        await using var connection = await _database.Source.OpenConnectionAsync();
        await connection.ExecuteAsync("delete from fastapi_endpoint", CancellationToken.None);
        await connection.ExecuteAsync(
            "insert into fastapi_endpoint (name, root_path, app, active) values ('old', $1, 'api', true)",
            CancellationToken.None, PostgresCommands.Value(stored));
    }

    private async Task<List<string?>> AskAsync<T>(string sql, T[] values)
    {
        await using var connection = await _database.Source.OpenConnectionAsync();
        return await connection.ListAsync(
            sql, row => row.IsDBNull(0)
                ? null
                : row.GetString(0), CancellationToken.None, PostgresCommands.Value(values));
    }
}
