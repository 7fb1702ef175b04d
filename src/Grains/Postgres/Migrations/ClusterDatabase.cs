using Npgsql;

namespace EndpointSync.Grains.Postgres.Migrations;

/// <summary>The database of Orleans' membership tables.</summary>
internal static class ClusterDatabase
{
    public const string Schema = "orleans";

    /// <summary>Installs or upgrades the membership tables and the queries on them.</summary>
    public static Task MigrateAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        Migrator.MigrateAsync(source, "Orleans", Schema, cancellationToken);
}
