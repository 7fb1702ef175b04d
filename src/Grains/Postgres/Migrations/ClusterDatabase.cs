using Npgsql;

namespace EndpointSync.Grains.Postgres.Migrations;

/// <summary>The database of Orleans' membership tables and of the API's keys.</summary>
internal static class ClusterDatabase
{
    public const string Schema = "orleans";

    /// <summary>Installs or upgrades the tables and the queries on them.</summary>
    public static Task MigrateAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        Migrator.MigrateAsync(source, "Orleans", Schema, cancellationToken);

    /// <summary>
    /// How far this machine's clock is ahead of the database's, to half a round trip; negative if it is behind.
    /// Orleans' own commands do not notice that their pool leads to a server which may not be written to; this does.
    /// </summary>
    public static async Task<TimeSpan> MeasureClockSkewAsync(
        NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var before = clock.GetUtcNow();
        var there = await connection.ListAsync(
            "select clock_timestamp() as now, current_setting('transaction_read_only') = 'on' as is_read_only",
            row => (Now: row.Time("now"), IsReadOnly: row.Bool("is_read_only")), cancellationToken);
        var skew = before + ((clock.GetUtcNow() - before) / 2) - there[0].Now;
        if (there[0].IsReadOnly)
        {
            DataSources.ClearPoolsTo(source);
        }

        return skew;
    }

    /// <summary>
    /// Sets signs of life from the future to the present. A silo that ended with its clock ahead would be taken for
    /// alive until that time, and no silo could join. A living one writes its next sign soon.
    /// </summary>
    /// <returns>The silos, with how far they were ahead.</returns>
    public static async Task<IReadOnlyList<(string Silo, TimeSpan Ahead)>> ResetFutureSignsOfLifeAsync(
        NpgsqlDataSource source, string clusterId, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(
            """
            with future as (
              select deploymentid, address, port, generation, iamalivetime - clock_timestamp() as ahead
              from orleans.orleansmembershiptable
              where deploymentid::text = $1 and iamalivetime > clock_timestamp() + interval '1 second'
            )
            update orleans.orleansmembershiptable as member set iamalivetime = clock_timestamp() from future
            where member.deploymentid::text = future.deploymentid::text and member.address::text = future.address::text
              and member.port = future.port and member.generation = future.generation
            returning member.siloname::text as silo, future.ahead
            """,
            row => (row.Text("silo"), row.Value<TimeSpan>("ahead")), cancellationToken,
            PostgresCommands.Value(clusterId));
    }

    /// <summary>The other silos that are active and have given a sign of life lately.</summary>
    public static async Task<IReadOnlyList<ListedSilo>> LivingMembersAsync(
        NpgsqlDataSource source, string clusterId, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(
            """
            select siloname::text as silo, hostname::text as host, address::text as address, port
            from orleans.orleansmembershiptable
            where deploymentid::text = $1 and status = 3 and iamalivetime > clock_timestamp() - interval '1 minute'
            """,
            row => new ListedSilo(row.Text("silo"), row.Text("host"), row.Text("address"), row.Int("port")),
            cancellationToken, PostgresCommands.Value(clusterId));
    }
}
