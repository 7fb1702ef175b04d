namespace EndpointSync.Tests.Testing.Upstream;

/// <summary>
/// The reading half of an Odoo worker. It has three caches. OCA's map is kept under the sequence's value; what it is
/// built from, Odoo's own map, is kept whatever that value is, until a signal drops it; and the app of a root path is
/// kept until another signal drops it, even that there is none.
/// </summary>
internal sealed class UpstreamReader(Session session, UpstreamSignals? signals = null) : IAsyncDisposable
{
    private const string VersionSql = "select last_value from endpoint_route_version";
    private const string NoApp = "none";

    private readonly Dictionary<long, string> _maps = [];
    private readonly Dictionary<string, string> _apps = new(StringComparer.Ordinal);
    private string? _odooMap;
    private (long Routing, long Default) _signals;

    /// <param name="database">The database.</param>
    /// <param name="release">Which Odoo it is, if it is one that keeps a map of its own and follows signals.</param>
    public static async Task<UpstreamReader> StartAsync(TestDatabase database, OdooRelease? release = null) =>
        new(await Session.OpenAsync(database, "odoo"), release is { } one ? new UpstreamSignals(
            await Session.OpenAsync(database, "odoo"), one) : null);

    /// <summary>Serves one request.</summary>
    /// <returns>The routes that the request is matched against.</returns>
    public async Task<string> ServeAsync()
    {
        await session.BeginAsync("repeatable read");
        return await EndServingAsync();
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
        await FollowAsync();
        var routes = await MapAsync();
        await session.CommitAsync();
        return routes;
    }

    /// <summary>The rest of a request for each of the routes.</summary>
    /// <returns>The routes, each with the app that answers it.</returns>
    public async Task<string> EndServingAppsAsync()
    {
        await FollowAsync();
        var routes = (await MapAsync()).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var answers = new List<string>();
        foreach (var route in routes)
        {
            answers.Add($"{route}:{await AppAsync(route.TrimEnd('/'))}");
        }

        await session.CommitAsync();
        return string.Join(" ", answers);
    }

    /// <summary>The number of Odoo's newest signal.</summary>
    public Task<long> ReadSignalAsync() =>
        session.ScalarAsync<long>("select coalesce(max(id), 0)::bigint from orm_signaling_routing");

    /// <summary>Drops the maps, as a worker does on Odoo's own signal.</summary>
    public void Forget()
    {
        _maps.Clear();
        _odooMap = null;
    }

    public async ValueTask DisposeAsync()
    {
        await session.DisposeAsync();
        if (signals is not null)
        {
            await signals.DisposeAsync();
        }
    }

    // In a transaction of its own, while that of the request may have its snapshot already.
    private async Task FollowAsync()
    {
        if (signals is null)
        {
            return;
        }

        var read = await signals.ReadAsync();
        if (read.Routing != _signals.Routing)
        {
            Forget();
        }

        if (read.Default != _signals.Default)
        {
            _apps.Clear();
        }

        _signals = read;
    }

    private async Task<string> MapAsync()
    {
        var version = await session.ScalarAsync<long>(VersionSql);
        if (_maps.TryGetValue(version, out var routes))
        {
            return routes;
        }

        return _maps[version] = signals is null ? await ReadMapAsync() : _odooMap ??= await ReadMapAsync();
    }

    private async Task<string> ReadMapAsync() => string.Join(
        " ",
        await session.ListAsync(
            "select split_part(route, '|', 1) from endpoint_route order by 1", row => row.GetString(0)));

    private async Task<string> AppAsync(string rootPath)
    {
        if (_apps.TryGetValue(rootPath, out var app))
        {
            return app;
        }

        var found = await session.ListAsync(
            $"select app from fastapi_endpoint where active and root_path = '{rootPath}' order by id desc",
            row => row.GetString(0));
        return _apps[rootPath] = found.FirstOrDefault() ?? NoApp;
    }
}
