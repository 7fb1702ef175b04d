using System.Collections.Concurrent;
using System.Data.Common;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>One pool of connections for each connection string, however many registries share it.</summary>
/// <param name="siloName">The silo's name. It is part of the sessions' application name, so that an operator knows
/// whose they are.</param>
/// <param name="clusterId">The silo's cluster. The session that listens for it names it.</param>
internal sealed class DataSources(string siloName, string clusterId = "") : IAsyncDisposable
{
    // A silo runs one sync per registry at a time, and its other queries are short. A value in the connection string
    // wins.
    private const int PoolSize = 20;

    // Every dirty check and sync runs the same statements, and planning them anew costs more than running them. Npgsql
    // prepares a statement when it is used a second time.
    private const int PreparedStatements = 50;
    private const int PrepareFrom = 2;

    // A server that accepts connections but does not answer is abandoned soon. Npgsql waits as long again when it asks
    // such a server to cancel a statement.
    private const int ConnectSeconds = 5;

    // A listening session runs only short statements.
    private const int AnswerSeconds = 2;

    // Postgres cuts an application name off after 63 bytes.
    private const int LongestClusterId = 40;

    /// <summary>Postgres' own schema alone: nobody else can define an operator or a function there.</summary>
    public const string SafeSearchPath = "pg_catalog, pg_temp";

    /// <summary>How the application name of a silo's session begins. Any role may call itself that.</summary>
    public const string ApplicationPrefix = "EndpointSync/";

    /// <summary>
    /// How the application name of a session goes on that listens for a cluster. The beginning of the cluster's id
    /// comes next, and behind a comma the silo's name.
    /// </summary>
    public const string ClusterPrefix = "cluster ";

    private readonly string _clusterId = clusterId[..Math.Min(clusterId.Length, LongestClusterId)];
    // Every pool of this process by itself. What makes a session useless comes from its server, and so concerns every
    // pool that leads there: those of other registries, and that of Orleans' membership, whose commands are not ours.
    private static readonly ConcurrentDictionary<NpgsqlDataSource, string[]> Pools = new();

    private readonly ConcurrentDictionary<string, NpgsqlDataSource> _sources = new(StringComparer.Ordinal);

    public NpgsqlDataSource For(string connectionString) =>
        _sources.GetOrAdd(connectionString, text => Pooled(Create(text, siloName)));

    /// <summary>Connections whose unqualified names resolve in one schema.</summary>
    public NpgsqlDataSource For(string connectionString, string searchPath) =>
        _sources.GetOrAdd(
            $"{searchPath}\n{connectionString}", _ => Pooled(Create(connectionString, siloName, searchPath)));

    /// <summary>
    /// The source of the one session that listens to a database. It is not pooled, and its timeouts are short.
    /// </summary>
    public ListenedDatabase Listened(string connectionString)
    {
        var key = ListenedDatabase.KeyOf(connectionString);
        return new ListenedDatabase(
            key, _clusterId,
            _sources.GetOrAdd($"listen\n{key}", _ => Hosts.Connect(ListenerSettings(connectionString))));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _sources.Values)
        {
            Pools.TryRemove(source, out _);
            await source.DisposeAsync();
        }
    }

    /// <summary>Discards the pooled connections to the servers of one connection, which may be broken.</summary>
    public static void ClearPoolsTo(NpgsqlConnection connection) => ClearPoolsTo(connection.ConnectionString);

    /// <summary>Discards the pooled connections to the servers of one pool.</summary>
    public static void ClearPoolsTo(NpgsqlDataSource source) => ClearPoolsTo(source.ConnectionString);

    private static void ClearPoolsTo(string connectionString)
    {
        var servers = ServersOf(connectionString);
        foreach (var (pool, leadsTo) in Pools)
        {
            if (leadsTo.Intersect(servers, StringComparer.Ordinal).Any())
            {
                pool.Clear();
            }
        }
    }

    private static NpgsqlDataSource Pooled(NpgsqlDataSource source)
    {
        Pools[source] = ServersOf(source.ConnectionString);
        return source;
    }

    private static string[] ServersOf(string connectionString) =>
        [.. Hosts.Each(new NpgsqlConnectionStringBuilder(connectionString))];

    /// <summary>The source that <see cref="For(string)"/> would make; nothing connects before its first use.</summary>
    /// <exception cref="ArgumentException">A value is not valid.</exception>
    /// <exception cref="NotSupportedException">Npgsql does not support a combination of values.</exception>
    /// <exception cref="InvalidOperationException">Npgsql refuses a combination of values.</exception>
    public static NpgsqlDataSource Create(
        string connectionString, string siloName, string searchPath = SafeSearchPath)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!HasKeyword(connectionString, "Maximum Pool Size", "MaxPoolSize"))
        {
            settings.MaxPoolSize = Math.Max(PoolSize, settings.MinPoolSize);
        }
        if (!HasKeyword(connectionString, "Max Auto Prepare", "MaxAutoPrepare"))
        {
            (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages) = (PreparedStatements, PrepareFrom);
        }
        if (!HasKeyword(connectionString, "Timeout"))
        {
            settings.Timeout = ConnectSeconds;
        }
        // Our settings in a session end with their transaction, so the next user of the session needs no reset.
        if (!HasKeyword(connectionString, "No Reset On Close", "NoResetOnClose"))
        {
            settings.NoResetOnClose = true;
        }
        settings.ApplicationName ??= ApplicationPrefix + siloName;
        Secure(settings, searchPath);

        return Hosts.Connect(settings);
    }

    // A connection string's own search path would let others put objects in front of the ones that we mean. Without a
    // policy that hides rows, a statement sees all of them or fails.
    private static void Secure(NpgsqlConnectionStringBuilder settings, string searchPath)
    {
        settings.SearchPath = searchPath;
        settings.Options = $"{settings.Options} -c row_security=off".TrimStart();
    }

    private NpgsqlConnectionStringBuilder ListenerSettings(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            MaxAutoPrepare = 0,
            Timeout = AnswerSeconds,
            CommandTimeout = AnswerSeconds,
            CancellationTimeout = -1,
        };
        settings.ApplicationName ??= $"{ApplicationPrefix}{ClusterPrefix}{_clusterId}, {siloName}";
        Secure(settings, SafeSearchPath);
        return settings;
    }

    internal static bool HasKeyword(string connectionString, params string[] keywords)
    {
        var given = new DbConnectionStringBuilder { ConnectionString = connectionString };
        return keywords.Any(given.ContainsKey);
    }
}
