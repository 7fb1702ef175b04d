using EndpointSync.Grains.Postgres.Migrations;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>The database that Orleans' membership lives in.</summary>
internal static class ClusterDatabase
{
    public const string Schema = "orleans";

    /// <summary>Installs or upgrades the membership tables and the queries on them.</summary>
    public static Task MigrateAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        Migrator.MigrateAsync(source, "Orleans", Schema, cancellationToken);
}
