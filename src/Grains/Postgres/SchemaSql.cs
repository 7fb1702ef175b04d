namespace EndpointSync.Grains.Postgres;

/// <summary>
/// Statements are written for a schema called <c>{odoo}</c>; each registry has them with its own schema's quoted name in that place.
/// </summary>
internal sealed class SchemaSql(string schema)
{
    public string Schema { get; } = schema;

    public string Quoted { get; } = Quote(schema);

    public string Of(string statement) => statement.Replace("{odoo}", Quoted, StringComparison.Ordinal);

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
