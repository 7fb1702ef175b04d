namespace EndpointSync.Grains.Postgres;

/// <summary>
/// Statements name the schema <c>{odoo}</c>. Each registry replaces it with the quoted name of its own schema.
/// </summary>
internal sealed class SchemaSql(string schema)
{
    /// <summary>Undoes <see cref="SearchForTriggers"/>.</summary>
    public const string SearchNormally = $"set local search_path = {DataSources.SafeSearchPath}";

    public string Schema { get; } = schema;

    public string Quoted { get; } = Quote(schema);

    /// <summary>
    /// For the rest of a transaction: names resolve in the registry's schema, as Odoo's trigger functions need it.
    /// </summary>
    public string SearchForTriggers => $"set local search_path = {Quoted}, pg_temp";

    public string Of(string statement)
    {
        var made = statement.Replace("{odoo}", Quoted, StringComparison.Ordinal);
        StatementNames.Follow(statement, made);
        return made;
    }

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Quote(string identifier) =>
        $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
