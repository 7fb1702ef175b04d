using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>Why an edit was not made.</summary>
internal enum EditRefusal
{
    None,
    NotFound,
    ETagDiffers,
    RootPathTaken,
}

/// <summary>How an edit ended: the endpoint as it is now, or why nothing was changed.</summary>
internal sealed record EditResult(EndpointView? Endpoint, EditRefusal Refusal = EditRefusal.None, string? Reason = null);

/// <summary>Declares, changes and deletes endpoints as a form of Odoo's would; routes follow with the next sync.</summary>
internal sealed class EndpointStore(RegistryDatabase database)
{
    // An Odoo edit sets write_date, a sync does not: the tag tells edits apart, not syncs.
    private const string ETagSql = "md5(row(name, root_path, app, description, active, save_http_session, write_date)::text)";

    private const string Columns =
        $"id, name, root_path, app, description, active, save_http_session, registry_sync, {ETagSql}";

    private const string ListSql = $"select {Columns} from {{odoo}}.fastapi_endpoint order by id";

    private const string GetSql = $"select {Columns} from {{odoo}}.fastapi_endpoint where id = $1";

    private const string TakenSql =
        """
        select format('root path %L is taken by endpoint %s %L', $1, id, name)
        from {odoo}.fastapi_endpoint
        where active and id <> $2 and '/' || trim(both '/' from trim(root_path)) = $1
        order by id limit 1
        """;

    private const string AddSql =
        $$"""
        insert into {odoo}.fastapi_endpoint
          (name, root_path, app, description, active, save_http_session, registry_sync, create_date, write_date)
        values ($1, $2, $3, $4, $5, $6, false, now() at time zone 'utc', now() at time zone 'utc')
        returning {{Columns}}
        """;

    // What decides the routes clears the flag, as it does in Odoo; a new name or description does not.
    private const string ChangeSql =
        $$"""
        update {odoo}.fastapi_endpoint
        set name = coalesce($2, name), root_path = coalesce($3, root_path), app = coalesce($4, app),
          description = coalesce($5, description), active = coalesce($6, active), save_http_session = coalesce($7, save_http_session),
          registry_sync = registry_sync and $3::text is null and $6::boolean is null and $7::boolean is null,
          write_date = clock_timestamp() at time zone 'utc'
        where id = $1
        returning {{Columns}}
        """;

    private const string DeleteSql = $"delete from {{odoo}}.fastapi_endpoint where id = $1 and ($2::text is null or {ETagSql} = $2)";

    public async Task<IReadOnlyList<EndpointView>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(database.Sql.Of(ListSql), Read, cancellationToken);
    }

    public async Task<EndpointView?> FindAsync(int id, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, id, forUpdate: false, cancellationToken);
    }

    /// <param name="draft">A checked edit with everything that a new endpoint needs.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is added then.</param>
    public async Task<EditResult> AddAsync(EndpointEdit draft, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        if (await TakenAsync(connection, draft.RootPath!, exceptId: 0, active: draft.Active ?? true, cancellationToken) is { } reason)
        {
            return new EditResult(null, EditRefusal.RootPathTaken, reason);
        }

        var added = await connection.ListAsync(
            database.Sql.Of(AddSql), Read, cancellationToken, Text(draft.Name), Text(draft.RootPath), Text(draft.App), Text(draft.Description),
            PostgresCommands.Value(draft.Active ?? true), PostgresCommands.Value(draft.SaveHttpSession ?? false));
        return new EditResult(added.Single());
    }

    /// <param name="id">The endpoint.</param>
    /// <param name="edit">A checked edit.</param>
    /// <param name="etag">The state that the edit was made from; null to edit whatever is there.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is changed then.</param>
    /// <exception cref="PostgresException">55P03: another session has had the row open for longer than the lock timeout.</exception>
    public async Task<EditResult> ChangeAsync(int id, EndpointEdit edit, string? etag, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await BeginAsync(connection, cancellationToken);
        var current = await FindAsync(connection, id, forUpdate: true, cancellationToken);
        if (current is null)
        {
            return new EditResult(null, EditRefusal.NotFound);
        }

        if (etag is not null && etag != current.ETag)
        {
            return new EditResult(current, EditRefusal.ETagDiffers);
        }

        if (Claims(edit) && await TakenAsync(connection, edit.RootPath ?? current.RootPath, id, edit.Active ?? current.Active, cancellationToken) is { } reason)
        {
            return new EditResult(current, EditRefusal.RootPathTaken, reason);
        }

        var changed = await connection.ListAsync(
            database.Sql.Of(ChangeSql), Read, cancellationToken, PostgresCommands.Value(id), Text(edit.Name), Text(edit.RootPath), Text(edit.App),
            Text(edit.Description), Flag(edit.Active), Flag(edit.SaveHttpSession));
        await transaction.CommitAsync(cancellationToken);
        return new EditResult(changed.Single());
    }

    /// <summary>Deletes an endpoint; its routes follow with the next sync.</summary>
    public async Task<EditRefusal> DeleteAsync(int id, string? etag, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await BeginAsync(connection, cancellationToken);
        await using var command = connection.Command(database.Sql.Of(DeleteSql), PostgresCommands.Value(id), Text(etag));
        var deleted = await command.ExecuteNonQueryAsync(cancellationToken) > 0;
        await transaction.CommitAsync(cancellationToken);
        if (deleted)
        {
            return EditRefusal.None;
        }

        return await FindAsync(connection, id, forUpdate: false, cancellationToken) is null ? EditRefusal.NotFound : EditRefusal.ETagDiffers;
    }

    // A row that another session has open is told of soon, not waited for as long as that session likes. Nor do others wait for a silo that freezes.
    private async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(
            $"""
             set local lock_timeout = {(long)database.Limits.LockTimeout.TotalMilliseconds};
             set local idle_in_transaction_session_timeout = {(long)database.Limits.IdleInTransactionTimeout.TotalMilliseconds}
             """,
            cancellationToken);
        return transaction;
    }

    // Two endpoints may have come to one root path by SQL or in Odoo; an edit that does not claim it anew must still be possible.
    private static bool Claims(EndpointEdit edit) => edit.RootPath is not null || edit.Active is true;

    private async Task<EndpointView?> FindAsync(NpgsqlConnection connection, int id, bool forUpdate, CancellationToken cancellationToken)
    {
        var sql = database.Sql.Of(GetSql) + (forUpdate ? " for no key update" : "");
        return (await connection.ListAsync(sql, Read, cancellationToken, PostgresCommands.Value(id))).SingleOrDefault();
    }

    private async Task<string?> TakenAsync(NpgsqlConnection connection, string rootPath, int exceptId, bool active, CancellationToken cancellationToken)
    {
        if (!active)
        {
            return null;
        }

        var normalized = "/" + rootPath.Trim().Trim('/');
        var owners = await connection.ListAsync(
            database.Sql.Of(TakenSql), row => row.GetString(0), cancellationToken, PostgresCommands.Value(normalized), PostgresCommands.Value(exceptId));
        return owners.SingleOrDefault();
    }

    private static EndpointView Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt32(0),
        Name = row.GetString(1),
        RootPath = row.GetString(2),
        App = row.GetString(3),
        Description = row.TextOrNull(4),
        Active = row.True(5),
        SaveHttpSession = row.True(6),
        RegistrySync = row.True(7),
        ETag = row.GetString(8),
    };

    private static NpgsqlParameter Text(string? value) => PostgresCommands.TextOrNull(value);

    private static NpgsqlParameter Flag(bool? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Boolean };
}
