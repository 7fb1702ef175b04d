using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Wire;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>A registry's pin, and the versions that rollbacks made.</summary>
internal sealed class Pins(RegistryDatabase database, NpgsqlConnection connection)
{
    private static readonly SqlFile Sql = SqlFile.Of<Pins>();

    /// <summary>The pin without the number of waiting changes, and the request that set it; null if there is none.
    /// </summary>
    public async Task<(Pin Pin, Guid RequestId)?> FindAsync(CancellationToken cancellationToken)
    {
        var pins = await connection.ListAsync(
            Sql["read"],
            row => (
                new Pin(
                    row.Version("version"), row.Version("pinned_to"), row.Text("pinned_by"), row.Time("pinned_at"),
                    row.Text("pin_reason"), WaitingChanges: 0),
                row.Value<Guid>("pin_id")),
            cancellationToken, database.SchemaName);
        return pins is [var pin] ? pin : null;
    }

    /// <summary>What is known of a version that is to be published again.</summary>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<RollbackTarget> FindTargetAsync(RouteVersion version, CancellationToken cancellationToken) =>
        (await connection.ListAsync(
            Sql["target"],
            row => new RollbackTarget(
                row.Time("changed_at"), row.Bool("was_made"),
                row.ValueOrNull<byte[]>("content_hash") is { } hash ? ContentHash.From(hash) : null),
            cancellationToken, database.SchemaName, PostgresCommands.Value(version.Value))).Single();

    /// <summary>What leads from the newest version's table to that of another one.</summary>
    /// <param name="version">The other version.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public Task<List<RouteChange>> FindChangesToAsync(RouteVersion version, CancellationToken cancellationToken) =>
        connection.ListAsync(
            Sql["changes_to"], VersionWriter.ReadChange, cancellationToken, database.SchemaName,
            PostgresCommands.Value(version.Value));

    /// <summary>
    /// Adds to a batch what takes the pin off. It comes before the version that a second rollback makes.
    /// </summary>
    public void AddUnpin(NpgsqlBatch batch) => batch.Then(Sql["unpin"], database.SchemaName);

    /// <summary>Adds to a batch what pins the newest version.</summary>
    public void AddPin(NpgsqlBatch batch, PinRequest request) => batch.Then(
        Sql["pin"], database.SchemaName, PostgresCommands.Value(request.To!.Value.Value),
        PostgresCommands.Value(request.By), PostgresCommands.Value(request.Reason),
        PostgresCommands.Value(request.Id));

    /// <summary>Adds to a batch what says in a version that a rollback made it.</summary>
    public void AddDescription(
        NpgsqlBatch batch, PinRequest request, RouteVersion version, RouteVersion replaced) => batch.Then(
            Sql["describe_rollback"], database.SchemaName, PostgresCommands.Value(version.Value),
            PostgresCommands.Value(request.To!.Value.Value), PostgresCommands.Value(replaced.Value),
            PostgresCommands.Value(request.By), PostgresCommands.Value(request.Reason));

    /// <summary>
    /// Takes the pin off, and records that the whole registry is to be compared: what waited may not be recorded.
    /// </summary>
    public async Task UnpinAsync(CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        AddUnpin(batch);
        batch.Then(Sql["check_all"], database.SchemaName);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What a rollback says whose first answer was lost; null if it made no version.</summary>
    /// <param name="version">The version that it made.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<DoneRollback?> FindDoneAsync(RouteVersion version, CancellationToken cancellationToken)
    {
        var done = await connection.ListAsync(
            Sql["rollback"],
            row => row.StructOrNull<long>("rolled_back_from") is { } from
                ? new DoneRollback(
                    new ReplacedVersion(new RouteVersion(from), row.Time("replaced_at")), row.Int("routes_added"),
                    row.Int("routes_changed"), row.Int("routes_removed"))
                : null,
            cancellationToken, database.SchemaName, PostgresCommands.Value(version.Value));
        return done is [var found] ? found : null;
    }
}

/// <param name="ChangedAt">When the version was made that a rollback would replace.</param>
/// <param name="WasMade">Whether there ever was a version with the wanted number.</param>
/// <param name="Hash">The hash of its table; null if it is not kept.</param>
internal sealed record RollbackTarget(DateTimeOffset ChangedAt, bool WasMade, ContentHash? Hash);

/// <param name="Replaced">The version that it replaced.</param>
/// <param name="Added">How many routes it added.</param>
/// <param name="Changed">How many routes it changed.</param>
/// <param name="Removed">How many routes it removed.</param>
internal sealed record DoneRollback(ReplacedVersion Replaced, int Added, int Changed, int Removed);
