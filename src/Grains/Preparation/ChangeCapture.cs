using EndpointSync.Core;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Postgres.Migrations;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Preparation;

/// <summary>
/// Installs the triggers that record what other writers change in a registry's tables. Without them everything works,
/// but costs more: every preflight reads the whole registry, and polls find what others change.
/// </summary>
internal sealed partial class ChangeCapture(RegistryDatabase database, ILogger<ChangeCapture> logger)
{
    private const string OpenElsewhere = "Another session has the tables open or the lock. Every poll tries again.";

    private const string Functions =
        "endpoint_sync.install_triggers(text), endpoint_sync.check_all(text), endpoint_sync.record_endpoint_changes(), "
        + "endpoint_sync.record_route_changes()";

    private static readonly SqlFile Sql = SqlFile.Of<ChangeCapture>();

    private readonly RepeatFilter _complaints = new();

    /// <summary>
    /// Installs the triggers if they are absent and this role may. If it may not, logs once what somebody else has to
    /// do.
    /// </summary>
    /// <returns>Whether changes are captured from now on.</returns>
    public async Task<bool> EnsureAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        if (await IsTrackedAsync(connection, cancellationToken))
        {
            return true;
        }

        var owners = await OwnersAsync(connection, cancellationToken);
        if (owners.TrueForAll(owner => owner.MayInstall))
        {
            return await TryInstallAsync(connection, cancellationToken);
        }

        if (!owners.TrueForAll(owner => owner.HasFunctions))
        {
            await TryGrantAsync(connection, owners.Select(owner => owner.Role), cancellationToken);
            owners = await OwnersAsync(connection, cancellationToken);
        }

        Complain(Cure(owners));
        return false;
    }

    /// <summary>
    /// What somebody has to run so that the triggers are there, fire, and are ours; null if that is so. A silo that may
    /// install them does so with its next poll.
    /// </summary>
    public async Task<string?> FindCureAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        if (await IsTrackedAsync(connection, cancellationToken))
        {
            return null;
        }

        var owners = await OwnersAsync(connection, cancellationToken);
        return owners.TrueForAll(owner => owner.MayInstall)
            ? $"The next poll installs them, or sooner: {Statement}"
            : Cure(owners);
    }

    /// <summary>Requests a full check with the next reload.</summary>
    public async Task CheckAllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql["check_all"], cancellationToken, database.SchemaName);
    }

    private string Statement => $"SELECT endpoint_sync.install_triggers({SchemaSql.Literal(database.Sql.Schema)});";

    private Task<bool> IsTrackedAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>(Sql["is_tracked"], cancellationToken, database.SchemaName);

    private Task<bool> TryKeepSyncsOutAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>(
            Sql["keep_syncs_out"], cancellationToken, PostgresCommands.Value(database.LockKey));

    private Task<bool> IsOpenElsewhereAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>(
            Sql["is_open_elsewhere"], cancellationToken, PostgresCommands.Value(database.Sql.Quoted));

    // Every check comes after the turn was taken: a silo that mistook another one's installation for a writer would go
    // on to sync in the middle of it.
    private async Task<bool> TryInstallAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var turn = await Migrator.TakeTurnAsync(connection, RegistryPreparation.Schema, cancellationToken);
        if (await IsTrackedAsync(connection, cancellationToken))
        {
            return true;
        }

        try
        {
            await connection.ExecuteAsync(Sql["set_timeouts"], cancellationToken);
            if (!await TryKeepSyncsOutAsync(connection, cancellationToken)
                || await IsOpenElsewhereAsync(connection, cancellationToken))
            {
                Complain(OpenElsewhere);
                return false;
            }

            await connection.ExecuteAsync(Sql["install_triggers"], cancellationToken, database.SchemaName);
            await turn.CommitAsync(cancellationToken);
        }
        catch (PostgresException refused)
        {
            Complain(refused.SqlState == PostgresErrorCodes.LockNotAvailable
                ? OpenElsewhere
                : $"{refused.MessageText} As the tables' owner run: {Statement}");
            return false;
        }

        LogCaptured(database.Name);
        return true;
    }

    private Task<List<Owner>> OwnersAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ListAsync(
            Sql["owners"],
            row => new Owner(
                row.Text("role"), row.Bool("may_install"), row.Bool("has_functions"), row.Text("functions_owner")),
            cancellationToken, PostgresCommands.Value(database.Sql.Quoted), PostgresCommands.Value(Functions));

    // The tables' owner may be neither the owner of our schema nor that of the database, and so lack the functions.
    private string Cure(List<Owner> owners)
    {
        var lacking = owners.Where(owner => !owner.HasFunctions).ToList();
        var installers = string.Join(" or ", owners.Where(owner => !owner.MayInstall).Select(owner => owner.Role));
        return lacking.Count == 0
            ? $"As role {installers} run: {Statement}"
            : $"As role {lacking[0].FunctionsOwner} run: GRANT EXECUTE ON FUNCTION {Functions} TO "
                + $"{string.Join(", ", lacking.Select(owner => owner.Role))}; Then, as role {installers}, run: "
                + Statement;
    }

    // This may be refused too, if another role installed the schema; that role can grant it.
    private static async Task TryGrantAsync(
        NpgsqlConnection connection, IEnumerable<string> owners, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync(
                $"grant execute on function {Functions} to {string.Join(", ", owners)}", cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
        }
    }

    private void Complain(string cure)
    {
        if (_complaints.IsNew(cure))
        {
            LogNotCaptured(database.Name, cure);
        }
    }

    [LoggerMessage(1701, LogLevel.Information, "Triggers capture what other writers change in {Registry}. Syncs read "
        + "only what was touched.")]
    private partial void LogCaptured(string registry);

    [LoggerMessage(
        1702, LogLevel.Warning,
        "Other writers' changes of {Registry} are not recorded: polls find them, and each look reads the whole "
        + "registry. {Cure}")]
    private partial void LogNotCaptured(string registry, LogText cure);

    private sealed record Owner(string Role, bool MayInstall, bool HasFunctions, string FunctionsOwner);
}
