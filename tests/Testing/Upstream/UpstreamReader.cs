namespace EndpointSync.Tests.Testing.Upstream;

/// <summary>
/// The reading half of an Odoo worker: it caches a map under the sequence's value, and builds one only for a value
/// without a map.
/// </summary>
internal sealed class UpstreamReader(Session session) : IAsyncDisposable
{
    private const string VersionSql = "select last_value from endpoint_route_version";

    private readonly Dictionary<long, string> _maps = [];

    public static async Task<UpstreamReader> StartAsync(TestDatabase database) =>
        new(await Session.OpenAsync(database, "odoo"));

    /// <summary>Serves one request.</summary>
    /// <returns>The routes that the request is matched against.</returns>
    public async Task<string> ServeAsync()
    {
        await session.BeginAsync("repeatable read");
        var routes = await MapAsync();
        await session.CommitAsync();
        return routes;
    }

    /// <summary>Begins a request whose transaction runs another query before it reads the routes.</summary>
    public async Task BeginServingAsync()
    {
        await session.BeginAsync("repeatable read");
        await session.ExecuteAsync("select from fastapi_endpoint");
    }

    /// <summary>The rest of that request.</summary>
    public async Task<string> EndServingAsync()
    {
        var routes = await MapAsync();
        await session.CommitAsync();
        return routes;
    }

    /// <summary>The number of Odoo's newest signal.</summary>
    public Task<long> ReadSignalAsync() =>
        session.ScalarAsync<long>("select coalesce(max(id), 0)::bigint from orm_signaling_routing");

    /// <summary>Drops the maps, as a worker does on Odoo's own signal.</summary>
    public void Forget() => _maps.Clear();

    public ValueTask DisposeAsync() => session.DisposeAsync();

    private async Task<string> MapAsync()
    {
        var version = await session.ScalarAsync<long>(VersionSql);
        if (_maps.TryGetValue(version, out var routes))
        {
            return routes;
        }

        var rows = await session.ListAsync(
            "select split_part(route, '|', 1) from endpoint_route order by 1", row => row.GetString(0));
        return _maps[version] = string.Join(" ", rows);
    }
}
