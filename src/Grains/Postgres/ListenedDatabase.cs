using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>A database with a listening session, which its registries share.</summary>
/// <param name="Key">Its hosts, their ports and its name. Equal keys mean that two connection strings lead to the same
/// database.</param>
/// <param name="ClusterId">The cluster that the session listens for, as the session's name has it.</param>
/// <param name="Source">The source of the connection. It has no pool, because the connection stays open.</param>
internal sealed record ListenedDatabase(string Key, string ClusterId, NpgsqlDataSource Source)
{
    /// <summary>Hosts, ports and database of a connection string.</summary>
    public static string KeyOf(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return $"{Hosts.Name(settings)}/{settings.Database ?? settings.Username}";
    }
}
