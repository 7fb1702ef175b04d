using System.Security.Cryptography;
using System.Text;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>
/// Writes endpoints' route rows and flags, only where they differ, and waits for nobody: a row that another session has
/// open is left for the next sync, together with its endpoint. A row that Postgres refuses costs only its own endpoint.
/// </summary>
/// <param name="database">The registry.</param>
/// <param name="connection">The connection, in the sync's transaction.</param>
/// <param name="isolates">
/// Whether a refused change of a row or flag is undone alone. Otherwise it ends the transaction: a savepoint costs each
/// sync a transaction number, and refusals are rare.
/// </param>
internal sealed class RouteWriter(RegistryDatabase database, NpgsqlConnection connection, bool isolates)
{
    // A row that another session has inserted and not committed cannot be skipped, only waited for. The first such wait
    // in a sync is bounded, and every further one even more.
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FurtherWaits = TimeSpan.FromMilliseconds(1);

    // So many bad rows are no exception but a table that takes none; to find each would take longer than a sync may.
    private const int MostRefusals = 100;

    // A constraint that waits for the commit would refuse the whole transaction there.
    private const string CheckNow = "set constraints all immediate";

    private static readonly SqlFile Sql = SqlFile.Of<RouteWriter>();

    private readonly Dictionary<int, string> _refused = [];
    private readonly HashSet<int> _endpoints = [];
    private readonly HashSet<string> _rows = new(StringComparer.Ordinal);
    private TimeSpan _insertWait = FirstWait;

    /// <summary>The endpoints that are locked.</summary>
    public IReadOnlySet<int> Locked => _endpoints;

    /// <summary>
    /// The endpoints of which Postgres refused a write, each with the reason. What was stored of them stays.
    /// </summary>
    public IReadOnlyDictionary<int, string> Refused => _refused;

    /// <summary>Locks what no other session has open of endpoints and their rows.</summary>
    /// <param name="ids">The endpoints.</param>
    /// <param name="keys">Keys of further rows that may be theirs.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task LockAsync(
        IReadOnlyCollection<int> ids, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return;
        }

        await using var batch = connection.CreateBatch();
        AddLocks(batch, ids, keys);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await ReadLocksAsync(reader, cancellationToken);
    }

    /// <summary>
    /// Adds to a batch what locks them; the reader of its results is for <see cref="ReadLocksAsync"/>.
    /// </summary>
    public void AddLocks(NpgsqlBatch batch, IReadOnlyCollection<int> ids, IEnumerable<string> keys)
    {
        var wanted = ids.ToHashSet();
        var further = keys.Where(key => RouteRow.EndpointIdOf(key) is { } id && wanted.Contains(id)).ToArray();
        batch
            .Then(Statement("lock_endpoints"), PostgresCommands.Value(ids.ToArray()))
            .Then(
                Statement("lock_routes"), database.SchemaName, PostgresCommands.Value(ids.ToArray()),
                PostgresCommands.Value(further));
    }

    public async Task ReadLocksAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        _endpoints.UnionWith(await reader.ListAsync(row => row.Int("id"), cancellationToken));
        await reader.NextResultAsync(cancellationToken);
        _rows.UnionWith(await reader.ListAsync(row => row.Text("key"), cancellationToken));
    }

    /// <summary>Carries out a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="scan">The endpoints that it was made from.</param>
    /// <param name="left">Those that are left as they are.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>
    /// The part of it that was carried out; the rest belongs to endpoints whose rows another session has open, or which
    /// Postgres refused.
    /// </returns>
    public async Task<SyncPlan> WriteAsync(
        SyncPlan plan, EndpointScan scan, IReadOnlySet<int> left, CancellationToken cancellationToken)
    {
        var reserved = scan.Reserved(left);
        if (!isolates)
        {
            return await WriteOnceAsync(plan, scan, reserved, cancellationToken);
        }

        // Each refusal may hold back others, such as the endpoint that takes over the refused one's root path. So the
        // plan begins again without what was refused.
        while (true)
        {
            var before = _refused.Count;
            await connection.ExecuteAsync("savepoint before_plan", cancellationToken);
            var done = await WriteOnceAsync(
                plan.Without(_refused.Keys.ToHashSet()), scan, reserved, cancellationToken);
            if (_refused.Count == before)
            {
                return done;
            }

            await UndoAsync("before_plan", cancellationToken);
        }
    }

    private async Task<SyncPlan> WriteOnceAsync(
        SyncPlan plan, EndpointScan scan, IReadOnlyCollection<StoredRoute> reserved,
        CancellationToken cancellationToken)
    {
        var stored = scan.Routes.Select(row => row.Key).ToHashSet(StringComparer.Ordinal);
        plan = plan.Without(Busy(plan, scan)).WithoutCollisions(scan.Routes, reserved);
        var superseded = plan.Removals.ToLookup(row => row.EndpointId!.Value, row => row.Key);
        plan = plan.Without(
            await InsertAsync(
                plan.Writes.Where(row => !stored.Contains(row.Key)).ToArray(), superseded, cancellationToken));
        var owners = scan.Endpoints.Select(endpoint => endpoint.Id).ToHashSet();
        return plan.Without(
            await ChangeAsync(
                plan with { Writes = [.. plan.Writes.Where(row => stored.Contains(row.Key))] }, owners,
                cancellationToken));
    }

    // A savepoint that was rolled back to stays open until it is released.
    private Task UndoAsync(string savepoint, CancellationToken cancellationToken) =>
        connection.ExecuteAsync($"rollback to {savepoint}; release {savepoint}", cancellationToken);

    private void Refuse(int id, PostgresException refused)
    {
        if (_refused.Count >= MostRefusals)
        {
            throw refused;
        }

        _refused[id] = $"Postgres refused to write it ({refused.SqlState}): {refused.MessageText}";
    }

    // Rows that are there, and flags. If Postgres refuses something, the endpoints are halved until the one to blame
    // stands alone.
    private async Task<HashSet<int>> ChangeAsync(
        SyncPlan plan, IReadOnlySet<int> owners, CancellationToken cancellationToken)
    {
        if (plan.IsEmpty)
        {
            return [];
        }

        await using var batch = connection.CreateBatch();
        if (isolates)
        {
            batch.Then("savepoint before_change");
        }

        batch.Then(database.Sql.SearchForTriggers);
        AddUpdates(batch, plan.Writes);
        AddRemovals(batch, [.. plan.Removals.Where(row => owners.Contains(row.EndpointId!.Value))]);
        AddOwnerlessRemovals(batch, [.. plan.Removals.Where(row => !owners.Contains(row.EndpointId!.Value))]);
        AddMarks(batch, plan.MarkSynced, synced: true);
        AddMarks(batch, plan.MarkUnsynced, synced: false);
        if (isolates)
        {
            batch.Then(CheckNow);
        }

        batch.Then(SchemaSql.SearchNormally);
        if (isolates)
        {
            batch.Then("release before_change");
        }

        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return [];
        }
        catch (PostgresException refused) when (isolates && SqlStates.IsRowRefused(refused))
        {
            await UndoAsync("before_change", cancellationToken);
            var ids = plan.EndpointIds.ToArray();
            if (ids.Length == 1)
            {
                Refuse(ids[0], refused);
                return [.. ids];
            }

            var half = ids.Length / 2;
            var undone = await ChangeAsync(plan.Without(ids[half..].ToHashSet()), owners, cancellationToken);
            undone.UnionWith(await ChangeAsync(plan.Without(ids[..half].ToHashSet()), owners, cancellationToken));
            return undone;
        }
    }

    // Rows that stay as they are count too: a flag must not call them right while another session changes them.
    private HashSet<int> Busy(SyncPlan plan, EndpointScan scan)
    {
        var open = scan.Routes.Where(row => !_rows.Contains(row.Key))
            .Select(row => row.EndpointId)
            .OfType<int>()
            .ToHashSet();
        open.UnionWith(scan.Endpoints.Select(endpoint => endpoint.Id).Where(id => !_endpoints.Contains(id)));
        return [.. plan.EndpointIds.Where(open.Contains)];
    }

    // A batch with one row that cannot be locked in time, or that Postgres refuses, is halved until that row stands
    // alone, so a stuck session or a bad row holds up only one endpoint.
    private async Task<HashSet<int>> InsertAsync(
        ArraySegment<RouteRow> rows, ILookup<int, string> superseded, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var failure = await TryInsertAsync(rows, superseded, cancellationToken);
        if (failure is null)
        {
            return [];
        }

        if (rows.Count == 1)
        {
            var id = rows[0].EndpointId!.Value;
            if (SqlStates.IsRowRefused(failure))
            {
                Refuse(id, failure);
            }

            return [id];
        }

        var half = rows.Count / 2;
        var undone = await InsertAsync(rows[..half], superseded, cancellationToken);
        undone.UnionWith(await InsertAsync(rows[half..], superseded, cancellationToken));
        return undone;
    }

    // A row of the same endpoint under another key is deleted first: it may still have the hash that its successor
    // needs.
    private async Task<PostgresException?> TryInsertAsync(
        ArraySegment<RouteRow> rows, ILookup<int, string> superseded, CancellationToken cancellationToken)
    {
        var gone = rows.SelectMany(row => superseded[row.EndpointId!.Value]).ToArray();
        try
        {
            await using var batch = connection.CreateBatch()
                .Then("savepoint before_insert").Then(LockTimeout(_insertWait)).Then(database.Sql.SearchForTriggers)
                .Then(Statement("delete"), PostgresCommands.Value(gone)).Then(Statement("insert"), Columns(rows));
            if (isolates)
            {
                batch.Then(CheckNow);
            }

            batch.Then(SchemaSql.SearchNormally).Then(LockTimeout(database.Limits.LockTimeout))
                .Then("release before_insert");
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return null;
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await UndoAsync("before_insert", cancellationToken);
            _insertWait = FurtherWaits;
            return refused;
        }
        catch (PostgresException refused) when (isolates && SqlStates.IsRowRefused(refused))
        {
            await UndoAsync("before_insert", cancellationToken);
            return refused;
        }
    }

    private string Statement(string name) => database.Sql.Of(Sql[name]);

    private static string LockTimeout(TimeSpan wait) => $"set local lock_timeout = {(long)wait.TotalMilliseconds}";

    private void AddUpdates(NpgsqlBatch batch, IReadOnlyList<RouteRow> rows)
    {
        if (rows.Count > 0)
        {
            batch.Then(Statement("update"), Columns(rows));
        }
    }

    private void AddRemovals(NpgsqlBatch batch, RouteRow[] rows)
    {
        if (rows.Length > 0)
        {
            batch.Then(Statement("delete"), PostgresCommands.Value(Array.ConvertAll(rows, row => row.Key)));
        }
    }

    private void AddOwnerlessRemovals(NpgsqlBatch batch, RouteRow[] rows)
    {
        if (rows.Length > 0)
        {
            batch.Then(
                Statement("delete_ownerless"),
                PostgresCommands.Value(Array.ConvertAll(rows, row => row.Key)), PostgresCommands.Value(
                    Array.ConvertAll(rows, row => row.EndpointId!.Value)));
        }
    }

    private void AddMarks(NpgsqlBatch batch, IReadOnlyList<int> ids, bool synced)
    {
        if (ids.Count > 0)
        {
            batch.Then(Statement("mark"), PostgresCommands.Value(ids.ToArray()), PostgresCommands.Value(synced));
        }
    }

    private static NpgsqlParameter[] Columns(IReadOnlyList<RouteRow> rows) =>
    [
        PostgresCommands.Value(rows.Select(row => row.Key).ToArray()),
        PostgresCommands.Value(rows.Select(row => row.Route).ToArray()),
        PostgresCommands.Value(rows.Select(row => row.Opts).ToArray()),
        PostgresCommands.Value(rows.Select(row => row.Routing).ToArray()),
        PostgresCommands.Value(rows.Select(row => HashOf(row.Key)).ToArray()),
    ];

    // Made from the key, which is unique and survives an edit: no two endpoints share it, and swapping two root paths
    // changes neither. No reader uses it; Odoo's own value differs from process to process.
    private static string HashOf(string key) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32];
}
