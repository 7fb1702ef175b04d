using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

/// <summary>
/// Odoo drops constraints that its rows break, and SQL may write anything. Whatever stands in a column costs its own
/// row at most: every other endpoint goes live, nothing flaps, and everything can still be listed.
/// </summary>
public sealed class OddValueTests
{
    private static readonly string[] OddTexts =
    [
        "null", "''", "' '", "E'\\x01\\x7f'", "'\\u0000'", "'{\"\\u0000\": \"\\ud800\"}'", "'{'", "'null'", "'[]'",
        "'[[[[\"http\"'", "'{\"methods\": null}'", "'[NaN, Infinity, 1e999999]'", "U&'\\FFFD\\FEFF\\202E'",
        "repeat('[', 5000)", "'{\"route\": 1, \"methods\": {\"GET\": []}}'",
    ];

    private static readonly string[] OddTimes =
        ["null", "'infinity'", "'-infinity'", "'294276-12-31 23:59:59.999999'", "'4713-01-01 BC'"];

    // The bytes of names in Latin-1, and the ends of sequences that began elsewhere.
    private static readonly string[] UnreadableBytes =
        ["'\\x2f636166e9'", "'\\xe9'", "'\\x2fc3'", "'\\xa9'", "'\\xeda080'", "'\\xf8888080'"];

    [Theory]
    [InlineData("varchar"), InlineData("text")]
    public async Task No_text_stops_another_endpoint_or_any_list(string type)
    {
        await using var database = await CreateAsync("UTF8");

        await TryEachAsync(database, type, type == "varchar" ? OddTexts.Where(IsShort) : OddTexts);
    }

    [Theory]
    [InlineData("timestamp"), InlineData("bool"), InlineData("int4")]
    public async Task No_other_value_stops_another_endpoint_or_any_list(string type)
    {
        await using var database = await CreateAsync("UTF8");

        await TryEachAsync(
            database, type, type switch
            {
                "timestamp" => OddTimes,
                "bool" => ["null"],
                _ => ["null", "2147483647", "-2147483648", "0"],
            });
    }

    [Theory]
    [InlineData("SQL_ASCII", "varchar"), InlineData("SQL_ASCII", "text")]
    [InlineData("WIN1252", "varchar"), InlineData("WIN1252", "text")]
    public async Task No_bytes_that_cannot_be_received_stop_another_endpoint_or_any_list(string encoding, string type)
    {
        await using var database = await CreateAsync(encoding);
        var bytes = encoding == "WIN1252" ? ["'\\x2f81'", "'\\x2f8d8f909d'"] : UnreadableBytes;

        await TryEachAsync(database, type, bytes.Select(one => $"unreadable({one})"));
    }

    [Fact]
    public async Task An_endpoint_whose_path_or_app_cannot_be_received_is_quarantined_and_a_name_is_only_shown_so()
    {
        await using var database = await CreateAsync("SQL_ASCII");
        await using var registry = NewRegistry(database);
        await database.ExecuteAsync(
            """
            insert into fastapi_endpoint (name, root_path, app, active) values
              (unreadable('\x636166e9'), '/name', 'api', true), ('path', unreadable('\x2f636166e9'), 'api', true),
              ('app', '/app', unreadable('\x617069e9'), true)
            """);

        var receipt = await registry.ReloadAsync();
        var listed = await registry.EndpointsAsync();

        Assert.Equal((ReloadOutcome.Synced, 4), (receipt.Outcome, receipt.RoutesAdded));
        Assert.Equal(
            [
                "path /caf? the root path has bytes that are no text in the database's encoding",
                "app /app the app has bytes that are no text in the database's encoding",
            ],
            receipt.Rejected.Select(endpoint => $"{endpoint.Name} {endpoint.RootPath} {endpoint.Reason}"));
        Assert.Contains(listed, endpoint => endpoint.Name == "caf?");
    }

    [Fact]
    public async Task Another_consumers_row_that_cannot_be_received_is_left_as_it_is_and_named_in_the_status()
    {
        await using var database = await CreateAsync("SQL_ASCII");
        await using var registry = NewRegistry(database);
        await registry.ReloadAsync();
        await database.ExecuteAsync(
            "update endpoint_route set route = unreadable('\\x2fe9') where key = 'shop:1'; "
            + "insert into endpoint_route (key) values (unreadable('\\x73e9'))");

        await registry.ReloadAsync(ReloadScope.Routes);
        var status = await registry.Status.ReadAsync(CancellationToken.None);

        Assert.Equal(["s?", "shop:1"], status.LeftOut.Order(StringComparer.Ordinal));
        Assert.Equal(
            1L, await database.ScalarAsync<long>(
                "select count(*) from endpoint_route where route = unreadable('\\x2fe9')"));
    }

    private static bool IsShort(string value) => !value.StartsWith("repeat", StringComparison.Ordinal);

    private static TestRegistry NewRegistry(TestDatabase database) =>
        new(database, options: new RegistryOptions { CreateTables = true });

    // Two endpoints, whose ids are 1 and 2, and a row of another consumer.
    private static async Task<TestDatabase> CreateAsync(string encoding)
    {
        var database = await TestDatabase.CreateEncodedAsync(encoding);
        await using var registry = NewRegistry(database);
        await registry.Preparation.EnsureAsync(CancellationToken.None);
        await database.ExecuteAsync(
            """
            alter table fastapi_endpoint alter name drop not null, alter root_path drop not null,
              alter app drop not null;
            alter table endpoint_route alter updated_at drop not null;
            -- The bytes as they are: a conversion would refuse them.
            create function unreadable(bytea) returns text language sql immutable as
              $$ select convert_from($1, getdatabaseencoding()) $$;
            """);
        await database.AddEndpointAsync("odd", "/odd");
        await database.AddEndpointAsync("good", "/good");
        await database.AddForeignRouteAsync("shop:1");
        return database;
    }

    // Each value in each column of that type: of an endpoint, of its row, and of another consumer's row.
    private static async Task TryEachAsync(TestDatabase database, string type, IEnumerable<string> values)
    {
        var columns = await database.ListAsync(
            $"""
             select table_name || ' ' || column_name from information_schema.columns
             where table_schema = 'public' and table_name in ('fastapi_endpoint', 'endpoint_route')
               and udt_name = '{type}' and column_name <> 'id'
             """);
        Assert.NotEmpty(columns);
        await using var registry = NewRegistry(database);
        await registry.ReloadAsync();
        foreach (var (table, column) in columns.Select(name => (name!.Split(' ')[0], name.Split(' ')[1])))
        {
            string[] rows = table == "fastapi_endpoint"
                ? ["name = 'odd'"]
                : [$"key = '{StoredRows.KeyOf(1)}'", "key = 'shop:1'"];
            foreach (var (row, value) in rows.SelectMany(row => values.Select(value => (row, value))))
            {
                var what = $"{column} = {value} where {row}";
                await TryAsync(database, registry, table, column, row, value, what);
            }
        }
    }

    private static async Task TryAsync(
        TestDatabase database, TestRegistry registry, string table, string column, string row, string value,
        string what)
    {
        await database.ExecuteAsync(
            $"create table kept as select * from {table} where {row}; update {table} set {column} = "
            + $"{value}{(column is "endpoint_hash" or "route_group" ? "::varchar(32)" : "")} where {row}");

        var odd = await registry.ReloadAsync();
        var idle = await registry.ReloadAsync();
        await registry.Capture.CheckAllAsync(CancellationToken.None);
        var checkedAgain = await registry.ReloadAsync();

        Assert.True(odd.Problem is null, $"{what}: {odd.Problem}");
        Assert.True((idle.Outcome, idle.Version) == (ReloadOutcome.UpToDate, odd.Version), $"{what}: {idle}");
        Assert.True(
            (checkedAgain.Outcome, checkedAgain.Version) == (ReloadOutcome.UpToDate, odd.Version),
            $"{what}: {checkedAgain}");
        var routes = await registry.RoutesAsync();
        Assert.True(routes.Routes.Any(route => route.Key == StoredRows.KeyOf(2)), what);
        await registry.EndpointsAsync();
        await registry.Status.ReadAsync(CancellationToken.None);
        await registry.Status.ReadWritersAsync(CancellationToken.None);
        await registry.Reader.ReadSinceAsync(new RouteVersion(0), CancellationToken.None);

        // A sync writes an endpoint's row anew where the odd value is its key.
        var alsoItsKey = table == "endpoint_route" ? " or key in (select key from kept)" : "";
        await database.ExecuteAsync(
            $"""
             delete from {table} where id in (select id from kept){alsoItsKey}; insert into {table} select * from kept;
             drop table kept
             """);
        Assert.True((await registry.ReloadAsync()).InSync, what);
    }
}
