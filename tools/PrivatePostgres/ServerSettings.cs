using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EndpointSync.Tools.Postgres;

/// <summary>The settings of a private server. The durability settings keep PostgreSQL's default: on.</summary>
internal static partial class ServerSettings
{
    public const string FileName = "endpointsync.conf";

    public static async Task WriteAsync(
        ServerFolder folder, ServerAccount account, int port, IReadOnlyDictionary<string, string> extra,
        CancellationToken cancellationToken)
    {
        // Written to another file and renamed, because an abandoned start may be reading the last one.
        var aside = Path.Combine(folder.Data, FileName + ".new");
        await File.WriteAllTextAsync(aside, Render(port, extra), cancellationToken);
        await account.OwnAsync(aside, cancellationToken);
        File.Move(aside, Path.Combine(folder.Data, FileName), overwrite: true);
    }

    /// <exception cref="ArgumentException">A setting's name is invalid, or its value has a line break.</exception>
    public static string Render(int port, IReadOnlyDictionary<string, string> extra)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = "",
            ["max_connections"] = "300",
            ["log_line_prefix"] = "%m [%p] %q%u@%d/%a ",
            ["log_lock_waits"] = "on",
            ["log_timezone"] = "UTC",
        };
        foreach (var (name, value) in extra)
        {
            settings[name] = value;
        }

        var text = new StringBuilder();
        foreach (var (name, value) in settings)
        {
            text.Append(Line(name, value)).Append('\n');
        }

        return text.ToString();
    }

    private static string Line(string name, string value)
    {
        if (!SettingName().IsMatch(name) || value.AsSpan().ContainsAny('\n', '\r'))
        {
            throw new ArgumentException(
                $"The PostgreSQL setting '{name}' = '{value}' cannot be written: "
                + "a name has letters, digits, '_' and '.', and a value has no line break.");
        }

        return $"{name} = '"
            + value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal) + "'";
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_.]*$")]
    private static partial Regex SettingName();
}
