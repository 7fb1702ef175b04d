using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace EndpointSync.Client.Gateways;

/// <summary>A client's connection to the database whose membership tables list the silos.</summary>
internal sealed class MembershipDatabase
{
    private const string Schema = "orleans";

    private readonly DbConnectionStringBuilder _settings;

    private MembershipDatabase(DbConnectionStringBuilder settings) => _settings = settings;

    /// <summary>
    /// For Orleans' queries, which name no schema. One query runs every few seconds, so two connections are enough. A
    /// server that does not answer is given up soon, so that the connect timeout holds. Values in the given connection
    /// string take precedence.
    /// </summary>
    public string ConnectionString
    {
        get
        {
            var settings = new DbConnectionStringBuilder { ConnectionString = _settings.ConnectionString };
            settings.Remove("SearchPath");
            settings["Search Path"] = Schema;
            Default(settings, "2", "Maximum Pool Size", "MaxPoolSize");
            Default(settings, "5", "Timeout");
            Default(settings, "5", "Command Timeout", "CommandTimeout");
            Default(settings, "EndpointSync/client", "Application Name", "ApplicationName");
            if (Value(settings, "Host", "Server")!.Contains(',', StringComparison.Ordinal))
            {
                // A client only reads, and must also find silos that keep running while there is no primary.
                Default(settings, "prefer-primary", "Target Session Attributes", "TargetSessionAttributes");
                Default(settings, "1", "Host Recheck Seconds", "HostRecheckSeconds");
            }
            return settings.ConnectionString;
        }
    }

    /// <exception cref="ArgumentException">The text is not a connection string with a host.</exception>
    public static MembershipDatabase Parse(string connectionString) =>
        TryParse(connectionString, out var database)
            ? database
            : throw new ArgumentException("The connection string names no host.", nameof(connectionString));

    public static bool TryParse(string connectionString, [NotNullWhen(true)] out MembershipDatabase? database)
    {
        database = null;
        try
        {
            var settings = new DbConnectionStringBuilder { ConnectionString = connectionString };
            database = Value(settings, "Host", "Server") is null ? null : new MembershipDatabase(settings);
        }
        catch (ArgumentException)
        {
            // Not of the form Keyword=Value.
        }

        return database is not null;
    }

    /// <summary>The database's location, without user and password.</summary>
    public override string ToString() =>
        $"database '{Value(_settings, "Database", "DB") ?? "named as the user"}' on "
        + $"{Value(_settings, "Host", "Server")}:{Value(_settings, "Port") ?? "5432"}, schema '{Schema}'";

    private static void Default(DbConnectionStringBuilder settings, string value, params string[] keywords)
    {
        if (Value(settings, keywords) is null)
        {
            settings[keywords[0]] = value;
        }
    }

    private static string? Value(DbConnectionStringBuilder settings, params string[] keywords) =>
        keywords
            .Select(keyword => settings.TryGetValue(keyword, out var value) ? value.ToString() : null)
            .FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));
}
