using EndpointSync.Core;
using EndpointSync.Grains.Postgres;
using EndpointSync.Wire;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>
/// Versions that were served and that the database does not have any more. Once one is recorded, a sync is due that
/// makes a larger version, and <see cref="Recorded"/> completes.
/// </summary>
internal sealed class LostVersions(RegistryDatabase database)
{
    private static readonly SqlFile Sql = SqlFile.Of<LostVersions>();

    private readonly ChangeSignal _recorded = new();
    private readonly Lock _turn = new();
    private RouteTableId _served;

    /// <summary>Completes when this silo records the next lost version.</summary>
    public Task Recorded => _recorded.Next;

    /// <summary>Whether a table that was served cannot be part of a history that ends with another one.</summary>
    public static bool IsLost(RouteTableId served, RouteTableId newest) =>
        served.Version > newest.Version || (served.Version == newest.Version && served.Hash != newest.Hash);

    /// <summary>Remembers what this silo serves, so that its own syncs notice at once what the database lost.</summary>
    public void Served(RouteTableId table)
    {
        lock (_turn)
        {
            _served = table;
        }
    }

    /// <summary>Records the version that this silo serves, if a state of the database shows that it is lost.</summary>
    /// <returns>Whether it is lost.</returns>
    public async Task<bool> RecordServedAsync(
        NpgsqlConnection connection, VersionState state, CancellationToken cancellationToken)
    {
        RouteTableId served;
        lock (_turn)
        {
            served = _served;
        }

        return IsLost(served, state.TableId) && await RecordAsync(connection, served, cancellationToken);
    }

    /// <summary>Records a version that was served, if the database does not have it any more.</summary>
    /// <returns>Whether it is lost.</returns>
    public async Task<bool> RecordAsync(RouteTableId table, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await RecordAsync(connection, table, cancellationToken);
    }

    private async Task<bool> RecordAsync(
        NpgsqlConnection connection, RouteTableId table, CancellationToken cancellationToken)
    {
        var rows = await connection.ListAsync(
            Sql["record"], row => (IsLost: row.Bool("is_lost"), IsAdded: row.Bool("is_added")), cancellationToken,
            database.SchemaName, PostgresCommands.Value(table.Version.Value),
            PostgresCommands.Value(table.Hash.ToBytes()), PostgresCommands.Value(database.Silo));
        if (rows[0].IsAdded)
        {
            _recorded.Raise();
        }

        return rows[0].IsLost;
    }

    /// <summary>Adds to a batch what forgets those that a new version has replaced.</summary>
    public static void AddForget(NpgsqlBatch batch, RegistryDatabase database, RouteVersion version) =>
        batch.Then(Sql["forget"], database.SchemaName, PostgresCommands.Value(version.Value));
}
