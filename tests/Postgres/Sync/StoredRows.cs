using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

/// <summary>The exact rows of the tables, and the last writer of each row.</summary>
internal static class StoredRows
{
    /// <summary>Every row of a table with all of its columns, and with the transaction that wrote it.</summary>
    public static Task<List<string?>> WithWriterAsync(
        this TestDatabase database, string table, string where = "true") =>
        database.ListAsync($"select t.xmin || ' ' || t::text from {table} as t where {where} order by id");

    public static Task<List<string?>> KeysAsync(this TestDatabase database, string schema = "public") =>
        database.ListAsync($"select key from {schema}.endpoint_route order by id");

    /// <summary>Each endpoint's id and flag, such as <c>1 true</c>.</summary>
    public static Task<List<string?>> FlagsAsync(this TestDatabase database) =>
        database.ListAsync(
            "select id || ' ' || coalesce(registry_sync::text, 'null') from fastapi_endpoint order by id");

    public static string KeyOf(int id) => $"fastapi.endpoint:{id}:/|/<path:application_path>";

    /// <summary>Another consumer's row, as Odoo's endpoint module writes one.</summary>
    public static Task AddForeignRouteAsync(this TestDatabase database, string key, string route = "/demo") =>
        database.ExecuteAsync(
        $"""
          insert into endpoint_route (key, route, opts, routing, endpoint_hash, route_group)
          values ('{key}', '{route}', '["handler",  1]', '["http",  "GET"]', md5('{key}'), 'demo')
          """);
}
