using System.Globalization;
using System.Text;

namespace EndpointSync.Grains.Sync.Planning;

/// <summary>
/// Writes strings as Python's <c>json.dumps</c> does by default, so that a row is the same to the byte whether Odoo or
/// EndpointSync wrote it. <see cref="System.Text.Json"/> escapes more characters, and with capital hex digits.
/// </summary>
internal static class PythonJson
{
    public static string List(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(String))}]";

    public static string String(string value)
    {
        var json = new StringBuilder(value.Length + 2).Append('"');
        foreach (var letter in value)
        {
            Append(json, letter);
        }

        return json.Append('"').ToString();
    }

    private static void Append(StringBuilder json, char letter)
    {
        _ = letter switch
        {
            '"' => json.Append("\\\""),
            '\\' => json.Append("\\\\"),
            '\n' => json.Append("\\n"),
            '\r' => json.Append("\\r"),
            '\t' => json.Append("\\t"),
            '\b' => json.Append("\\b"),
            '\f' => json.Append("\\f"),
            < ' ' or > '~' => json.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture)),
            _ => json.Append(letter),
        };
    }
}
