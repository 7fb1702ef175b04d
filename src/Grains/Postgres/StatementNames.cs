using System.Collections.Concurrent;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// What statements are called in traces: the file and the name that they have there, such as
/// <c>VersionWriter.advance</c>. All others are called <c>postgresql</c>.
/// </summary>
internal static class StatementNames
{
    private static readonly ConcurrentDictionary<string, string> Names = new(StringComparer.Ordinal);

    /// <summary>Lets the commands of a data source have the names of their statements in traces.</summary>
    public static NpgsqlDataSourceBuilder NameStatements(this NpgsqlDataSourceBuilder builder) =>
        builder.ConfigureTracing(tracing => tracing
            .ConfigureCommandSpanNameProvider(command => Of(command.CommandText))
            .ConfigureBatchSpanNameProvider(Of));

    /// <summary>Gives a statement a name.</summary>
    public static void Add(string statement, string name) => Names.TryAdd(statement, name);

    /// <summary>Gives a statement that was made from another one the name of that.</summary>
    public static void Follow(string statement, string made)
    {
        if (Of(statement) is { } name)
        {
            Add(made, name);
        }
    }

    /// <summary>The name of a statement; null if it has none.</summary>
    public static string? Of(string statement) => Names.GetValueOrDefault(statement);

    // Settings have none.
    private static string? Of(NpgsqlBatch batch)
    {
        var names = batch.BatchCommands.Cast<NpgsqlBatchCommand>()
            .Select(command => Of(command.CommandText))
            .OfType<string>()
            .ToList();
        return names.Count > 0 ? string.Join(", ", names) : null;
    }
}
