using EndpointSync.Grains.Sync;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// What may not be in line in a whole registry, found by Postgres without sending the rest: where changes are not noted, and now and then where
/// they are.
/// </summary>
/// <param name="EndpointIds">Every endpoint whose rows are not plainly those that it declares.</param>
/// <param name="Waiting">Those among them that were only edited, and whose routes are as the newest version has them.</param>
/// <param name="Keys">The keys of rows that differ from the newest version.</param>
internal sealed record FullCheck(IReadOnlySet<int> EndpointIds, IReadOnlySet<int> Waiting, IReadOnlyList<string> Keys)
{
    private static readonly string ChangedKeysSql = $"select coalesce(key, found_key) from ({VersionWriter.AllChangesSql}) as changes";

    // Plainly in line is an endpoint whose one row is, letter for letter, what we and Odoo write, and whose root path nobody else has; and an
    // archived one without a row. Root paths that need a second look, the planner looks at: the pattern lets through only what it takes as it is.
    private const string SuspectsSql =
        """
        select coalesce(e.id, r.endpoint_id::integer), e.registry_sync is true
        from (
          select *, count(*) filter (where active) over (partition by root_path) as claims from {odoo}.fastapi_endpoint
        ) as e
        full join (
          select key, route, opts, routing, endpoint_sync.endpoint_of(key) as endpoint_id
          from {odoo}.endpoint_route where key like 'fastapi.endpoint:%'
        ) as r on r.endpoint_id = e.id
        where coalesce(e.id, r.endpoint_id) is not null
          and not coalesce(e.registry_sync and not e.active and r.key is null, false)
          and not coalesce(
            e.registry_sync and e.active and e.claims = 1
              and e.root_path ~ '^(/[A-Za-z0-9_~.-]+){1,32}$' and e.root_path !~ '/[.]{1,2}(/|$)'
              and length(e.root_path) <= 1024 and e.root_path not in ('/web', '/website')
              and r.key = $1 || e.id || $2
              and r.route = replace($3, $7, e.root_path) and r.opts = $4
              and r.routing = replace(case when e.save_http_session then $6 else $5 end, $7, e.root_path),
            false)
        """;

    // Stands for the root path in the texts that Postgres compares with. No root path can have it, and nothing else in those texts does.
    private const string AnyPath = "<>";

    public static async Task<FullCheck> RunAsync(RegistryDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch()
            .Then(database.Sql.Of(ChangedKeysSql), database.SchemaName)
            .Then(
                database.Sql.Of(SuspectsSql),
                PostgresCommands.Value(ExpectedRoute.KeyPrefix), PostgresCommands.Value(ExpectedRoute.KeySuffix),
                PostgresCommands.Value(ExpectedRoute.RouteOf(AnyPath)), PostgresCommands.Value(ExpectedRoute.Opts),
                PostgresCommands.Value(ExpectedRoute.RoutingOf(AnyPath, saveHttpSession: false)),
                PostgresCommands.Value(ExpectedRoute.RoutingOf(AnyPath, saveHttpSession: true)), PostgresCommands.Value(AnyPath));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var keys = await reader.ListAsync(row => row.GetString(0), cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var suspects = await reader.ListAsync(row => (Id: row.GetInt32(0), IsFlagged: row.GetBoolean(1)), cancellationToken);
        var changed = keys.Select(RouteRow.EndpointIdOf).OfType<int>().ToHashSet();
        return new FullCheck(
            suspects.Select(suspect => suspect.Id).Concat(changed).ToHashSet(),
            suspects.Where(suspect => !suspect.IsFlagged && !changed.Contains(suspect.Id)).Select(suspect => suspect.Id).ToHashSet(),
            keys);
    }
}
