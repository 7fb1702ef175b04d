using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// The servers of a connection string. Of several, one is the primary, and which one may change; a silo reads what it has just written, so unless the
/// connection string says otherwise it asks the primary only.
/// </summary>
internal static class Hosts
{
    // Npgsql remembers for so long what a server was, and connects to no standby meanwhile, though it may have become the primary.
    private const int RecheckSeconds = 1;

    public static NpgsqlDataSource Connect(NpgsqlConnectionStringBuilder settings)
    {
        if (!IsSeveral(settings))
        {
            return NpgsqlDataSource.Create(settings);
        }

        // A source of several servers refuses the keyword; it is told by a wrapper, which leaves the connections to it.
        var target = Target(settings);
        var each = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { TargetSessionAttributes = null };
        each.HostRecheckSeconds = DataSources.Says(settings.ConnectionString, "Host Recheck Seconds", "HostRecheckSeconds") ? settings.HostRecheckSeconds : RecheckSeconds;
        return new NpgsqlDataSourceBuilder(each.ConnectionString).BuildMultiHost().WithTargetSession(target);
    }

    /// <summary>The servers with their ports, in an order that does not depend on that of the connection string.</summary>
    public static string Name(NpgsqlConnectionStringBuilder settings) => string.Join(
        ',', (settings.Host ?? "").Split(',', StringSplitOptions.TrimEntries).Select(host => WithPort(host, settings.Port)).Order(StringComparer.Ordinal));

    private static bool IsSeveral(NpgsqlConnectionStringBuilder settings) => settings.Host?.Contains(',', StringComparison.Ordinal) == true;

    private static TargetSessionAttributes Target(NpgsqlConnectionStringBuilder settings) => settings.TargetSessionAttributes is { } said
        ? Enum.Parse<TargetSessionAttributes>(said.Replace("-", "", StringComparison.Ordinal), ignoreCase: true)
        : TargetSessionAttributes.Primary;

    // An IPv6 address has colons of its own; with a port it stands in brackets.
    private static string WithPort(string host, int port) =>
        host.LastIndexOf(':') is var colon and > 0 && (host.IndexOf(':') == colon || host[colon - 1] == ']') ? host : $"{host}:{port}";
}
