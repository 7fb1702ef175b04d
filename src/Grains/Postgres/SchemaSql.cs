namespace EndpointSync.Grains.Postgres;

/// <summary>
/// Statements name the schema <c>{odoo}</c>. Each registry replaces it with the quoted name of its own schema.
/// </summary>
internal sealed class SchemaSql(string schema)
{
    public string Schema { get; } = schema;

    public string Quoted { get; } = Quote(schema);

    public string Of(string statement) => statement.Replace("{odoo}", Quoted, StringComparison.Ordinal);

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Quote(string identifier) =>
        $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
