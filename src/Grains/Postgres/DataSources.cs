using System.Collections.Concurrent;
using System.Data.Common;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>One pool of connections for each connection string, however many registries share it.</summary>
/// <param name="siloName">Told to Postgres as the application's name, so that an operator who looks at its sessions knows whose they are.</param>
internal sealed class DataSources(string siloName) : IAsyncDisposable
{
    // A silo has one sync under way per registry; what else it asks is short. A connection string that says otherwise is heeded.
    private const int PoolSize = 20;

    // Every look and sync runs the same statements; planning them anew costs more than running them. Npgsql prepares what comes back a second time.
    private const int PreparedStatements = 50;
    private const int PrepareFrom = 2;

    // A server that takes connections and says nothing is given up soon. Npgsql waits as long again when it asks such a server to cancel a statement.
    private const int ConnectSeconds = 5;

    // A session that listens asks little.
    private const int AnswerSeconds = 2;

    private const string ApplicationPrefix = "EndpointSync/";

    private readonly ConcurrentDictionary<string, NpgsqlDataSource> _sources = new(StringComparer.Ordinal);

    /// <summary>Whether a session is a silo's, as far as its connection string leaves it the name that silos give themselves.</summary>
    public static bool IsSilo(LockHolder holder) => holder.Application.StartsWith(ApplicationPrefix, StringComparison.Ordinal);

    public NpgsqlDataSource For(string connectionString) => _sources.GetOrAdd(connectionString, text => Build(text, searchPath: null));

    /// <summary>Connections whose unqualified names lead to one schema.</summary>
    public NpgsqlDataSource For(string connectionString, string searchPath) =>
        _sources.GetOrAdd($"{searchPath}\n{connectionString}", _ => Build(connectionString, searchPath));

    /// <summary>Where the one session comes from that listens to a database. It is not pooled, and soon says when nobody answers.</summary>
    public ListenedDatabase Listened(string connectionString)
    {
        var key = ListenedDatabase.KeyOf(connectionString);
        return new ListenedDatabase(key, _sources.GetOrAdd($"listen\n{key}", _ => Hosts.Connect(ListenerSettings(connectionString))));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _sources.Values)
        {
            await source.DisposeAsync();
        }
    }

    private NpgsqlDataSource Build(string connectionString, string? searchPath)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!Says(connectionString, "Maximum Pool Size", "MaxPoolSize"))
        {
            settings.MaxPoolSize = PoolSize;
        }
        if (!Says(connectionString, "Max Auto Prepare", "MaxAutoPrepare"))
        {
            (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages) = (PreparedStatements, PrepareFrom);
        }
        if (!Says(connectionString, "Timeout"))
        {
            settings.Timeout = ConnectSeconds;
        }
        // What we set in a session ends with its transaction, so there is nothing that the next user of the session would have to be kept from.
        if (!Says(connectionString, "No Reset On Close", "NoResetOnClose"))
        {
            settings.NoResetOnClose = true;
        }
        settings.ApplicationName ??= ApplicationPrefix + siloName;
        if (searchPath is not null)
        {
            settings.SearchPath = searchPath;
        }

        return Hosts.Connect(settings);
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
        settings.ApplicationName ??= ApplicationPrefix + siloName;
        return settings;
    }

    internal static bool Says(string connectionString, params string[] keywords)
    {
        var said = new DbConnectionStringBuilder { ConnectionString = connectionString };
        return keywords.Any(said.ContainsKey);
    }
}
