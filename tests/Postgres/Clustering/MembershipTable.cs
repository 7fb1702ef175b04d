using System.Data.Common;
using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Clustering;

/// <summary>
/// Runs the stored queries as Orleans does: it reads their texts once, and passes parameters by name.
/// </summary>
internal sealed class MembershipTable : IAsyncDisposable
{
    public const int Joining = 2;
    public const int Active = 3;
    public const int Dead = 6;

    public static readonly DateTime Noon = new(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc);

    private readonly DataSources _sources = new("membership-test");
    private readonly NpgsqlDataSource _source;
    private readonly Dictionary<string, string> _queries = [];

    private MembershipTable(TestDatabase database) =>
        _source = _sources.For(database.ConnectionString, ClusterDatabase.Schema);

    public static async Task<MembershipTable> OpenAsync(TestDatabase database)
    {
        var table = new MembershipTable(database);
        await using var connection = await table._source.OpenConnectionAsync(CancellationToken.None);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT QueryKey, QueryText FROM OrleansQuery";
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        var isRow = await reader.ReadAsync(CancellationToken.None);
        while (isRow)
        {
            table._queries.Add(reader.GetString(0), reader.GetString(1));
            isRow = await reader.ReadAsync(CancellationToken.None);
        }

        return table;
    }

    /// <summary>The cluster's id; every instance is another cluster, so that tests can share a database.</summary>
    public string Deployment { get; } = $"cluster {Guid.NewGuid():N}";

    public IEnumerable<string> Keys => _queries.Keys;

    public Task<bool> CreateVersionAsync() => ChangedAsync("InsertMembershipVersionKey");

    public Task<bool> InsertAsync(int port, int version, int status = Active, DateTime? aliveAt = null) => ChangedAsync(
        "InsertMembershipKey", ("Address", "10.0.0.1"), ("Port", port), ("Generation", 7), ("SiloName", $"silo {port}"),
        ("HostName", "host"),
        ("Status",
            status), ("ProxyPort", port + 1), ("StartTime", Noon), ("IAmAliveTime", aliveAt
                ?? Noon), ("Version", version));

    public Task<bool> UpdateAsync(int port, int version, int status = Dead, string? suspects = null) => ChangedAsync(
        "UpdateMembershipKey", ("Address", "10.0.0.1"), ("Port", port), ("Generation", 7), ("Status", status),
        ("SuspectTimes", suspects),
        ("IAmAliveTime", Noon), ("Version", version));

    public Task BeatAsync(int port, DateTime at) =>
        RowsAsync(
            "UpdateIAmAlivetimeKey", ("Address", "10.0.0.1"), ("Port", port), ("Generation", 7), ("IAmAliveTime", at));

    public Task<List<Dictionary<string, object?>>> ReadRowAsync(int port, string? deployment = null) =>
        RowsAsync(
            "MembershipReadRowKey", deployment ?? Deployment, ("Address", "10.0.0.1"), ("Port", port),
            ("Generation", 7));

    public Task<List<Dictionary<string, object?>>> ReadAllAsync(string? deployment = null) =>
        RowsAsync("MembershipReadAllKey", deployment ?? Deployment);

    public Task<List<Dictionary<string, object?>>> GatewaysAsync() => RowsAsync("GatewaysQueryKey", ("Status", Active));

    public Task DeleteAsync() => RowsAsync("DeleteMembershipTableEntriesKey");

    public Task CleanUpAsync(DateTime before) => RowsAsync("CleanupDefunctSiloEntriesKey", ("IAmAliveTime", before));

    public async Task<int> VersionAsync() => (int)(await ReadAllAsync())[0]["version"]!;

    public ValueTask DisposeAsync() => _sources.DisposeAsync();

    private async Task<bool> ChangedAsync(string key, params (string Name, object? Value)[] parameters) =>
        (int)(await RowsAsync(key, parameters)).Single().Values.Single()! > 0;

    private Task<List<Dictionary<string, object?>>> RowsAsync(
        string key, params (string Name, object? Value)[] parameters) =>
        RowsAsync(key, Deployment, parameters);

    private async Task<List<Dictionary<string, object?>>> RowsAsync(
        string key, string deployment, params (string Name, object? Value)[] parameters)
    {
        await using var connection = await _source.OpenConnectionAsync(CancellationToken.None);
        await using var command = connection.CreateCommand();
        command.CommandText = _queries[key];
        command.Parameters.AddWithValue("DeploymentId", deployment);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        var rows = new List<Dictionary<string, object?>>();
        var isRow = await reader.ReadAsync(CancellationToken.None);
        while (isRow)
        {
            rows.Add(
                Enumerable.Range(0, reader.FieldCount).ToDictionary(
                    reader.GetName, column => reader.IsDBNull(column) ? null : Value(reader, column),
                    StringComparer.OrdinalIgnoreCase));
            isRow = await reader.ReadAsync(CancellationToken.None);
        }

        return rows;
    }

    private static object Value(DbDataReader reader, int column) => reader.GetValue(column);
}
