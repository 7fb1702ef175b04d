using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using Npgsql;

namespace EndpointSync.Grains.Endpoints;

/// <summary>Why an edit was not made.</summary>
internal enum EditRefusal
{
    None,
    NotFound,
    ETagDiffers,
    RootPathTaken,
}

/// <summary>
/// How an edit ended: the endpoint as it is now and as it was before, or why nothing was changed.
/// </summary>
internal sealed record EditResult(
    EndpointView? Endpoint, EditRefusal Refusal = EditRefusal.None, string? Reason = null,
    EndpointView? Before = null);

/// <summary>
/// Declares, changes and deletes endpoints as a form of Odoo's would; routes follow with the next sync.
/// </summary>
internal sealed class EndpointStore(RegistryDatabase database)
{
    private static readonly SqlFile Sql = SqlFile.Of<EndpointStore>();

    /// <summary>The endpoints in the order of their ids.</summary>
    /// <param name="cursor">The first id; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<EndpointList> ListAsync(int? cursor, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var endpoints = await connection.ListAsync(
            Statement("list"), Read, cancellationToken, PostgresCommands.Value(cursor ?? int.MinValue),
            PostgresCommands.Value(limit + 1));
        return endpoints.Count > limit
            ? new EndpointList(endpoints[..limit], endpoints[limit].Id)
            : new EndpointList(endpoints, null);
    }

    public async Task<EndpointView?> FindAsync(int id, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, id, cancellationToken);
    }

    /// <param name="draft">A checked edit with everything that a new endpoint needs.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is added then.</param>
    public async Task<EditResult> AddAsync(EndpointEdit draft, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        if (await TakenAsync(
                connection, draft.RootPath!, exceptId: 0, active: draft.Active ?? true, cancellationToken)
            is { } reason)
        {
            return new EditResult(null, EditRefusal.RootPathTaken, reason);
        }

        await using var transaction = await BeginAsync(connection, cancellationToken);
        var id = await connection.ScalarAsync<int>(
            Statement("add"), cancellationToken, Text(draft.Name), Text(draft.RootPath), Text(draft.App),
            Text(draft.Description),
            PostgresCommands.Value(draft.Active ?? true), PostgresCommands.Value(draft.SaveHttpSession ?? false));
        await SetOwnerAsync(connection, id, cancellationToken);
        var added = await FindAsync(connection, id, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new EditResult(added);
    }

    /// <param name="id">The endpoint.</param>
    /// <param name="edit">A checked edit.</param>
    /// <param name="etag">The state that the edit was made from; null to edit whatever is there.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is changed then.</param>
    /// <exception cref="PostgresException">
    /// 55P03: another session has had the row open for longer than the lock timeout.
    /// </exception>
    public async Task<EditResult> ChangeAsync(
        int id, EndpointEdit edit, string? etag, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await BeginAsync(connection, cancellationToken);
        await connection.ExecuteAsync(Statement("lock"), cancellationToken, PostgresCommands.Value(id));
        var current = await FindAsync(connection, id, cancellationToken);
        if (current is null)
        {
            return new EditResult(null, EditRefusal.NotFound);
        }

        if (etag is not null && etag != current.ETag)
        {
            return new EditResult(current, EditRefusal.ETagDiffers);
        }

        if (Claims(edit)
            && await TakenAsync(
                connection, edit.RootPath ?? current.RootPath, id, edit.Active ?? current.Active,
                cancellationToken) is { } reason)
        {
            return new EditResult(current, EditRefusal.RootPathTaken, reason);
        }

        await connection.ExecuteAsync(
            Statement("change"), cancellationToken, PostgresCommands.Value(id), Text(edit.Name), Text(edit.RootPath),
            Text(edit.App),
            Text(edit.Description), Flag(edit.Active), Flag(edit.SaveHttpSession));
        var changed = await FindAsync(connection, id, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new EditResult(changed, Before: current);
    }

    /// <summary>Deletes an endpoint; its routes follow with the next sync.</summary>
    public async Task<EditResult> DeleteAsync(int id, string? etag, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await BeginAsync(connection, cancellationToken);
        await connection.ExecuteAsync(Statement("lock"), cancellationToken, PostgresCommands.Value(id));
        var current = await FindAsync(connection, id, cancellationToken);
        if (current is null)
        {
            return new EditResult(null, EditRefusal.NotFound);
        }

        if (etag is not null && etag != current.ETag)
        {
            return new EditResult(current, EditRefusal.ETagDiffers);
        }

        await connection.ExecuteAsync(Statement("delete"), cancellationToken, PostgresCommands.Value(id));
        await transaction.CommitAsync(cancellationToken);
        return new EditResult(null, Before: current);
    }

    // Odoo executes the calls of an endpoint as its user. Not every Odoo has these columns.
    private async Task SetOwnerAsync(NpgsqlConnection connection, int id, CancellationToken cancellationToken)
    {
        var owners = await connection.ListAsync(
            Sql["default_owner"],
            row => (User: row.Int("user_id"), Company: row.StructOrNull<int>("company_id")), cancellationToken,
            database.SchemaName);
        if (owners is [var owner])
        {
            await connection.ExecuteAsync(
                Statement("set_owner"), cancellationToken, PostgresCommands.Value(id),
                PostgresCommands.Value(owner.User), PostgresCommands.IntegerOrNull(owner.Company));
        }
    }

    // An edit is answered when it cannot be lost any more. A row that another session has open is reported soon, and
    // not waited for as long as that session likes. Nor do others wait for a silo that freezes.
    private async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await SchemaGuard.CheckAsync(database, connection, cancellationToken);
        await connection.ExecuteAsync(
            $"""
             {PostgresCommands.CommitDurably};
             set local lock_timeout = {(long)database.Limits.LockTimeout.TotalMilliseconds};
             set local idle_in_transaction_session_timeout =
               {(long)database.Limits.IdleInTransactionTimeout.TotalMilliseconds};
             {database.Sql.SearchForTriggers}
             """,
            cancellationToken);
        return transaction;
    }

    // Two endpoints may have come to one root path by SQL or in Odoo; an edit that does not claim it anew must still be
    // possible.
    private static bool Claims(EndpointEdit edit) => edit.RootPath is not null || edit.Active is true;

    private async Task<EndpointView?> FindAsync(
        NpgsqlConnection connection, int id, CancellationToken cancellationToken) =>
        (await connection.ListAsync(Statement("get"), Read, cancellationToken, PostgresCommands.Value(id)))
            .SingleOrDefault();

    // A stored root path that no rule can be built from claims nothing.
    private async Task<string?> TakenAsync(
        NpgsqlConnection connection, string rootPath, int exceptId, bool active, CancellationToken cancellationToken)
    {
        if (!active || !RootPath.TryNormalize(rootPath, out var normalized, out _))
        {
            return null;
        }

        var others = await connection.ListAsync(
            Statement("rivals_of_path"),
            row => (Id: row.Int("id"), Name: row.TextOrNull("name"), RootPath: row.Text("root_path")),
            cancellationToken, PostgresCommands.Value(RootPath.Folds(normalized)), PostgresCommands.Value(exceptId),
            PostgresCommands.Value(RootPath.WhiteSpace));
        return others
            .Where(other => RootPath.TryNormalize(other.RootPath, out var taken, out _)
                && RootPath.LookupKey(taken) == RootPath.LookupKey(normalized))
            .Select(other => $"root path '{normalized}' is taken by endpoint {other.Id} '{other.Name}'")
            .FirstOrDefault();
    }

    private static EndpointView Read(NpgsqlDataReader row) => new()
    {
        Id = row.Int("id"),
        Name = row.TextOrNull("name") ?? "",
        RootPath = row.TextOrNull("root_path") ?? "",
        App = row.TextOrNull("app") ?? "",
        Description = row.TextOrNull("description"),
        Active = row.IsTrue("active"),
        SaveHttpSession = row.IsTrue("save_http_session"),
        RegistrySync = row.IsTrue("registry_sync"),
        ETag = row.Text("etag"),
    };

    private string Statement(string name) => database.Sql.Of(Sql[name]);

    private static NpgsqlParameter Text(string? value) => PostgresCommands.TextOrNull(value);

    private static NpgsqlParameter Flag(bool? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Boolean };
}
