using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>A database that is listened to; registries in it share one connection for that.</summary>
/// <param name="Key">Its hosts, their ports and its name, which say whether two connection strings lead to the same one.</param>
/// <param name="Source">Where the connection comes from; no pool, because it is kept.</param>
internal sealed record ListenedDatabase(string Key, NpgsqlDataSource Source)
{
    /// <summary>Hosts, ports and database of a connection string.</summary>
    public static string KeyOf(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return $"{Hosts.Name(settings)}/{settings.Database ?? settings.Username}";
    }
}
