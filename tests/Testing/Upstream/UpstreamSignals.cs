namespace EndpointSync.Tests.Testing.Upstream;

/// <summary>Releases of Odoo whose workers are told apart by how they signal that caches are to be dropped.</summary>
public enum OdooRelease
{
    /// <summary>One sequence for all caches.</summary>
    Odoo16,

    /// <summary>One sequence for each cache.</summary>
    Odoo18,

    /// <summary>One table for each cache, of which the highest id counts.</summary>
    Odoo19,
}

/// <summary>How a worker of one release of Odoo reads the signals, each time in a transaction of its own.</summary>
internal sealed class UpstreamSignals(Session session, OdooRelease release) : IAsyncDisposable
{
    private static readonly string[] Caches = ["default", "assets", "templates", "routing", "groups"];

    /// <summary>Makes what Odoo makes when its registry starts. Odoo sends each signal once then.</summary>
    public static Task CreateAsync(TestDatabase database, OdooRelease release) => database.ExecuteAsync(
        string.Join(
            "; ",
            release switch
            {
                OdooRelease.Odoo16 => [NewSequence("base_cache_signaling")],
                OdooRelease.Odoo18 => Caches.Select(cache => NewSequence($"base_cache_signaling_{cache}")),
                _ => Caches.Select(cache => NewTable($"orm_signaling_{cache}")),
            }));

    public async Task<(long Routing, long Default)> ReadAsync() => release switch
    {
        OdooRelease.Odoo16 => await ReadAsync(Sequence("base_cache_signaling"), Sequence("base_cache_signaling")),
        OdooRelease.Odoo18 => await ReadAsync(
            Sequence("base_cache_signaling_routing"), Sequence("base_cache_signaling_default")),
        _ => await ReadAsync(Table("orm_signaling_routing"), Table("orm_signaling_default")),
    };

    public ValueTask DisposeAsync() => session.DisposeAsync();

    private static string NewSequence(string name) => $"create sequence {name}; select nextval('{name}')";

    private static string NewTable(string name) =>
        $"create table {name} (id serial primary key, date timestamp default (current_timestamp at time zone 'utc')); "
        + $"insert into {name} default values";

    private static string Sequence(string name) => $"(select last_value from {name})";

    private static string Table(string name) => $"(select coalesce(max(id), 0)::bigint from {name})";

    private async Task<(long Routing, long Default)> ReadAsync(string routing, string apps)
    {
        var rows = await session.ListAsync(
            $"select {routing}, {apps}", row => (row.GetInt64(0), row.GetInt64(1)));
        return rows[0];
    }
}
