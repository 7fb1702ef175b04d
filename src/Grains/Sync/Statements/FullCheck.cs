using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>
/// Finds what may be out of sync in a whole registry, in Postgres and without sending the rest: where changes are not
/// captured, and at intervals where they are.
/// </summary>
internal sealed class FullCheck
{
    private static readonly SqlFile Sql = SqlFile.Of<FullCheck>();

    // Stands for the root path in the texts that Postgres compares with. Nothing else in those texts contains it.
    private const string AnyPath = "<>";

    private FullCheck()
    {
    }

    public static async Task<FullCheckResult> RunAsync(
        RegistryDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch()
            .Then(database.Sql.Of(Sql["changed_keys"]), database.SchemaName)
            .Then(
                database.Sql.Of(Sql["suspects"]),
                PostgresCommands.Value(ExpectedRoute.RouteOf(AnyPath)), PostgresCommands.Value(ExpectedRoute.Opts),
                PostgresCommands.Value(ExpectedRoute.RoutingOf(AnyPath, saveHttpSession: false)),
                PostgresCommands.Value(
                    ExpectedRoute.RoutingOf(AnyPath, saveHttpSession: true)), PostgresCommands.Value(AnyPath));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var keys = await reader.ListAsync(row => row.Text("key"), cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var suspects = await reader.ListAsync(
            row => (Id: row.Int("id"), IsFlagged: row.Bool("is_flagged")), cancellationToken);
        var changed = keys.Select(RouteRow.EndpointIdOf).OfType<int>().ToHashSet();
        return new FullCheckResult(
            suspects.Select(suspect => suspect.Id).Concat(changed).ToHashSet(),
            suspects.Where(suspect => !suspect.IsFlagged).Select(suspect => suspect.Id).ToHashSet(),
            keys);
    }
}
