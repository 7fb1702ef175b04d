using Npgsql;

namespace EndpointSync.Grains.Postgres.Migrations;

/// <summary>The database of Orleans' membership tables.</summary>
internal static class ClusterDatabase
{
    public const string Schema = "orleans";

    /// <summary>Installs or upgrades the membership tables and the queries on them.</summary>
    public static Task MigrateAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        Migrator.MigrateAsync(source, "Orleans", Schema, cancellationToken);

    /// <summary>
    /// How far this machine's clock is ahead of the database's, to half a round trip; negative if it is behind.
    /// </summary>
    public static async Task<TimeSpan> MeasureClockSkewAsync(
        NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var before = clock.GetUtcNow();
        var there = await connection.ScalarAsync<DateTime>("select clock_timestamp()", cancellationToken);
        return before + ((clock.GetUtcNow() - before) / 2) - new DateTimeOffset(there);
    }
}
