using EndpointSync.Grains.Sync;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>The endpoints of a registry and their route rows, as one snapshot shows them.</summary>
internal sealed record EndpointScan(IReadOnlyList<EndpointRow> Endpoints, IReadOnlyList<RouteRow> Routes)
{
    // One statement, because between two an endpoint could be committed together with its routes, and the routes would look ownerless.
    public const string Statement =
        """
        select e.id, e.name, e.root_path, e.active, e.registry_sync, e.save_http_session, r.key, r.route, r.opts, r.routing
        from {odoo}.fastapi_endpoint as e
        full join (
          select *, substring(key from '^fastapi\.endpoint:([1-9][0-9]*):') as endpoint_id
          from {odoo}.endpoint_route
          where key like 'fastapi.endpoint:%'
        ) as r on r.endpoint_id = e.id::text
        where e.id is not null or r.endpoint_id is not null
        """;

    public SyncPlan Plan() => SyncPlanner.Plan(Endpoints, Routes);

    public static async Task<EndpointScan> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var endpoints = new Dictionary<int, EndpointRow>();
        var routes = new List<RouteRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.IsDBNull(0))
            {
                endpoints.TryAdd(reader.GetInt32(0), ReadEndpoint(reader));
            }

            if (!reader.IsDBNull(6))
            {
                routes.Add(new RouteRow(reader.GetString(6), reader.TextOrNull(7), reader.TextOrNull(8), reader.TextOrNull(9)));
            }
        }
        return new EndpointScan([.. endpoints.Values], routes);
    }

    private static EndpointRow ReadEndpoint(NpgsqlDataReader reader) =>
        new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.True(3), reader.True(4), reader.True(5));
}
