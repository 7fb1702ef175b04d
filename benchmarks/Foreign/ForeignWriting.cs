using EndpointSync.Bench.Serving;

namespace EndpointSync.Bench.Foreign;

/// <summary>
/// One way in which a session without the grain makes an endpoint answer on another path, all in one commit.
/// </summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="SyncOn">When the registry takes up edits of endpoints: EndpointSync:Registries:NAME:SyncOn.</param>
/// <param name="Statements">The SQL that moves the endpoint of a number from one root path to another.</param>
internal sealed record ForeignWriting(string Name, string SyncOn, Func<int, string, string, string> Statements)
{
    public static readonly ForeignWriting[] All =
    [
        new("route row, as Odoo's hook writes it", "Reload", (number, from, to) =>
            $"""
             update fastapi_endpoint set root_path = '{to}', registry_sync = true where id = {number};
             update endpoint_route
             set route = replace(route, '{from}/', '{to}/'), routing = replace(routing, '{from}/', '{to}/')
             where key = 'fastapi.endpoint:{number}:/|/<path:application_path>'
             """),
        new("edit of an endpoint", "Change", (number, _, to) =>
            $"update fastapi_endpoint set root_path = '{to}', registry_sync = false where id = {number}"),
    ];

    /// <summary>Moves the endpoint of a number.</summary>
    /// <returns>Its new path.</returns>
    public async Task<string> MoveAsync(DeclaredEndpoints endpoints, int number)
    {
        var from = DeclaredEndpoints.RootPathOf(number);
        var to = $"/moved/{number}";
        await endpoints.ExecuteAsync(Statements(number, from, to));
        return $"{to}/";
    }
}
