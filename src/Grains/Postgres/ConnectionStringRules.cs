using EndpointSync.Grains.Configuration;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>What a silo requires of a connection string.</summary>
internal static class ConnectionStringRules
{
    // What Npgsql checks only when it connects.
    private const int SmallestBuffer = 4096;
    private const int HighestPort = 65535;

    // A migration takes two connections at once, and a sync, a poll and an operator's query should not wait for each
    // other.
    private const int SmallestPool = 4;

    private static readonly string[] Passwords = ["Password", "PSW", "PWD", "SSL Password"];

    private const string Form = "write it in Npgsql's keywords: Host=...;Username=...;Database=...";

    /// <summary>
    /// Why a connection string is unusable, as the end of a sentence that begins with its key; null if it is usable.
    /// </summary>
    public static string? ComplaintAbout(string connectionString)
    {
        if (NamedConnectionStrings.NameIn(connectionString) is { } name)
        {
            return $"names ConnectionStrings:{name}, which is not set; set it, or {Form}";
        }

        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrWhiteSpace(settings.Host))
            {
                return $"names no Host; {Form}";
            }

            if (settings.Multiplexing)
            {
                return "sets Multiplexing=true; a sync needs a connection of its own: leave it out";
            }

            if (settings.Pooling && settings.MaxPoolSize < SmallestPool)
            {
                return $"sets Maximum Pool Size={settings.MaxPoolSize}; a silo needs at least {SmallestPool}";
            }

            if (ComplaintAboutRange(settings) is { } complaint)
            {
                return complaint;
            }

            using var usable = DataSources.Create(connectionString, siloName: "");
            return null;
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException or InvalidOperationException)
        {
            return HasMoreAfterPassword(connectionString)
                ? "has a part after its password that is no keyword: put a password with a semicolon into quotes, "
                    + "Password=\"...\""
                : $"cannot be used: {wrong.Message.TrimEnd('.')}; {Form}";
        }
    }

    // A semicolon ends a password that is not in quotes. What follows belongs to it, and is not shown.
    private static bool HasMoreAfterPassword(string connectionString)
    {
        var known = new NpgsqlConnectionStringBuilder();
        return connectionString.Split(';')
            .Select(part => part.Split('=')[0].Trim())
            .SkipWhile(keyword => !Passwords.Contains(keyword, StringComparer.OrdinalIgnoreCase))
            .Any(keyword => keyword.Length > 0 && !known.ContainsKey(keyword));
    }

    private static string? ComplaintAboutRange(NpgsqlConnectionStringBuilder settings) => settings switch
    {
        { Port: < 1 or > HighestPort } => $"sets Port={settings.Port}; a port is between 1 and {HighestPort}",
        { ReadBufferSize: < SmallestBuffer } =>
            $"sets Read Buffer Size={settings.ReadBufferSize}; the driver needs at least {SmallestBuffer}",
        { WriteBufferSize: < SmallestBuffer } =>
            $"sets Write Buffer Size={settings.WriteBufferSize}; the driver needs at least {SmallestBuffer}",
        _ when !IsUtf8(settings.Encoding) || !IsUtf8(settings.ClientEncoding) =>
            $"sets Encoding={settings.Encoding}, Client Encoding={settings.ClientEncoding}; a silo reads and writes "
            + "UTF-8: leave it out",
        _ => null,
    };

    private static bool IsUtf8(string? encoding) => encoding is null
        || encoding.Replace("-", "", StringComparison.Ordinal).Equals("UTF8", StringComparison.OrdinalIgnoreCase);
}
