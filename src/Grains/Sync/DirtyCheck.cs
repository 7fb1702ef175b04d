using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Statements;
using Npgsql;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// The first stage of a sync: one query in one round trip, and all there is to a reload when nothing changed.
/// </summary>
/// <param name="State">The version row.</param>
/// <param name="IsTracked">Whether triggers record what other writers change.</param>
/// <param name="IsTouched">Whether a change was recorded since the last sync, or a sync is pending.</param>
/// <param name="HasManyEdits">Whether so many edits are recorded that they are merged before they are read.</param>
/// <param name="Rejected">The endpoints in quarantine.</param>
internal sealed record DirtyCheck(
    VersionState State, bool IsTracked, bool IsTouched, bool HasManyEdits, IReadOnlyList<RejectedEndpoint> Rejected)
{
    private static readonly SqlFile Sql = SqlFile.Of<DirtyCheck>();

    /// <summary>Whether the registry is known to be in sync without reading its tables.</summary>
    public bool IsInSync => IsTracked && !IsTouched && !State.IsBehind;

    public static async Task<DirtyCheck> ReadAsync(
        RegistryDatabase database, NpgsqlConnection connection, ReloadScope scope, CancellationToken cancellationToken)
    {
        var rows = await connection.ListAsync(
            Sql["read"], Read, cancellationToken,
            database.SchemaName, PostgresCommands.Value(
                scope == ReloadScope.Everything), PostgresCommands.Value(database.Sql.Quoted));
        return rows.Count > 0
            ? rows[0] with { Rejected = [.. rows.SelectMany(row => row.Rejected)] }
            : throw VersionState.Missing(database);
    }

    private static DirtyCheck Read(NpgsqlDataReader row) => new(
        VersionState.Read(row), row.Bool("is_tracked"), row.Bool("is_touched"), row.Bool("has_many_edits"),
        row.IsNull("endpoint_id") ? [] : [Quarantine.Read(row)]);
}
