using System.Collections.Concurrent;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// Statements name the schema <c>{odoo}</c>. Each registry replaces it with the quoted name of its own schema.
/// </summary>
internal sealed class SchemaSql(string schema)
{
    private readonly ConcurrentDictionary<string, string> _made = new(ReferenceEqualityComparer.Instance);

    /// <summary>Undoes <see cref="SearchForTriggers"/>.</summary>
    public const string SearchNormally = $"set local search_path = {DataSources.SafeSearchPath}";

    public string Schema { get; } = schema;

    public string Quoted { get; } = Quote(schema);

    /// <summary>
    /// For the rest of a transaction: names resolve in the registry's schema, as Odoo's trigger functions need it.
    /// </summary>
    public string SearchForTriggers => $"set local search_path = {Quoted}, pg_temp";

    /// <summary>
    /// A statement of a file with the name of this schema. What is made is kept, so only statements of files may be
    /// asked for: there are as many as the files have.
    /// </summary>
    public string Of(string statement) => _made.GetOrAdd(statement, Make);

    private string Make(string statement)
    {
        var made = statement.Replace("{odoo}", Quoted, StringComparison.Ordinal);
        StatementNames.Follow(statement, made);
        return made;
    }

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Quote(string identifier) =>
        $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
