using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// The servers of a connection string. Of several servers one is the primary, and which one may change. A silo reads
/// what it has just written, so by default it connects to the primary only.
/// </summary>
internal static class Hosts
{
    // How long Npgsql remembers the role of a server. Meanwhile it connects to no standby, although one may have become
    // the primary.
    private const int RecheckSeconds = 1;

    public static NpgsqlDataSource Connect(NpgsqlConnectionStringBuilder settings)
    {
        if (!IsSeveral(settings) && settings.TargetSessionAttributes is null)
        {
            return new NpgsqlDataSourceBuilder(settings.ConnectionString).NameStatements().Build();
        }

        // Npgsql takes the keyword neither for one server nor for a data source of several. A wrapper that shares its
        // connections sets the target.
        var target = Target(settings);
        var each = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { TargetSessionAttributes = null };
        var isSet = DataSources.HasKeyword(settings.ConnectionString, "Host Recheck Seconds", "HostRecheckSeconds");
        each.HostRecheckSeconds = isSet ? settings.HostRecheckSeconds : RecheckSeconds;
        return new NpgsqlDataSourceBuilder(each.ConnectionString).NameStatements()
            .BuildMultiHost()
            .WithTargetSession(target);
    }

    /// <summary>The servers with their ports, in an order that does not depend on the connection string.</summary>
    public static string Name(NpgsqlConnectionStringBuilder settings) => string.Join(
        ',', Each(settings).Order(StringComparer.Ordinal));

    /// <summary>The servers with their ports.</summary>
    public static IEnumerable<string> Each(NpgsqlConnectionStringBuilder settings) => (settings.Host ?? "")
        .Split(',', StringSplitOptions.TrimEntries)
        .Select(host => WithPort(host, settings.Port));

    private static bool IsSeveral(NpgsqlConnectionStringBuilder settings) =>
        settings.Host?.Contains(',', StringComparison.Ordinal) == true;

    private static TargetSessionAttributes Target(NpgsqlConnectionStringBuilder settings) =>
        settings.TargetSessionAttributes is { } target
        ? Enum.Parse<TargetSessionAttributes>(target.Replace("-", "", StringComparison.Ordinal), ignoreCase: true)
        : TargetSessionAttributes.Primary;

    // An IPv6 address has colons of its own; with a port it stands in brackets.
    private static string WithPort(string host, int port) =>
        host.LastIndexOf(':') is var colon and > 0 && (host.IndexOf(':') == colon || host[colon - 1] == ']')
            ? host
            : $"{host}:{port}";
}
