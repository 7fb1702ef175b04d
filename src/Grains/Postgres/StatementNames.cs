using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// What statements are called in traces: the first thing that they do to a table or a function of a schema, such as
/// <c>update endpoint_sync.state</c>. By default all of them have the name of the database's kind.
/// </summary>
internal static partial class StatementNames
{
    // The texts are constants, or made once for a schema. So the limit is a safeguard.
    private const int MostKept = 1_000;

    private static readonly ConcurrentDictionary<string, string?> Kept = new(StringComparer.Ordinal);

    public static NpgsqlDataSourceBuilder NameStatements(this NpgsqlDataSourceBuilder builder) =>
        builder.ConfigureTracing(tracing => tracing
            .ConfigureCommandSpanNameProvider(command => Of(command.CommandText))
            .ConfigureBatchSpanNameProvider(Of));

    /// <summary>The name of a statement; null if it has no table or function of a schema.</summary>
    public static string? Of(string text)
    {
        if (!Kept.TryGetValue(text, out var name))
        {
            name = Read(text);
            if (Kept.Count < MostKept)
            {
                Kept.TryAdd(text, name);
            }
        }

        return name;
    }

    // Settings come before what a batch is for.
    private static string? Of(NpgsqlBatch batch) =>
        batch.BatchCommands.Cast<NpgsqlBatchCommand>()
            .Select(command => Of(command.CommandText))
            .FirstOrDefault(name => name is not null);

    private static string? Read(string text)
    {
        var found = Deed().Match(text);
        if (!found.Success)
        {
            return null;
        }

        var verb = found.Groups["verb"].Value is "from" or "" ? "select" : found.Groups["verb"].Value;
        return $"{verb} {found.Groups["target"].Value.Replace("\"", "", StringComparison.Ordinal)}";
    }

    [GeneratedRegex(
        """
        (?:\b(?:(?<verb>insert)\s+into|(?<verb>update)|(?<verb>delete)\s+from|(?<verb>from))\s+(?:only\s+)?|\bselect\s+)
        (?<target>"?[a-z_]\w*"?\."?[a-z_]\w*"?)(?(verb)|(?=\())
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Deed();
}
