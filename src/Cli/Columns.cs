namespace EndpointSync.Cli;

/// <summary>Prints rows in aligned columns, two spaces apart; the last column is not padded.</summary>
internal static class Columns
{
    private const int MostCharacters = 4_000;

    public static void WriteTable(this TextWriter output, string[] head, IEnumerable<string[]> rows) =>
        Write(output, rows.Prepend(head));

    /// <summary>Prints one field on each line; a field without a value is left out.</summary>
    public static void WriteFields(this TextWriter output, params (string Name, string? Value)[] fields) =>
        Write(
            output,
            fields.Where(field => field.Value is not null).Select(field => new[] { field.Name, field.Value! }));

    public static string Text(bool value) => value ? "yes" : "no";

    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    public static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static string? Text(long? number) => number is { } given ? Text(given) : null;

    public static string Milliseconds(TimeSpan span) => $"{span.TotalMilliseconds:0.#} ms";

    public static string Seconds(TimeSpan span) => $"{span.TotalSeconds:0.0} s";

    // The one place through which others' text reaches the terminal, apart from problems.
    private static void Write(TextWriter output, IEnumerable<string[]> given)
    {
        var rows = given.Select(row => Array.ConvertAll(row, cell => VisibleText.Of(cell, MostCharacters))).ToList();
        var widths = Enumerable.Range(0, rows[0].Length)
            .Select(column => rows.Max(row => row[column].Length))
            .ToArray();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
