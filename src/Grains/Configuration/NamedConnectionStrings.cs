using Microsoft.Extensions.Configuration;

namespace EndpointSync.Grains.Configuration;

/// <summary>
/// Connection strings that another program hands over under a name, as Aspire does: <c>Name=orders</c> stands for
/// <c>ConnectionStrings:orders</c>.
/// </summary>
internal static class NamedConnectionStrings
{
    /// <summary>The one of the cluster where <c>EndpointSync:Cluster:ConnectionString</c> is not set.</summary>
    public const string Cluster = "endpointsync";

    private const string Keyword = "Name";

    /// <summary>The connection string of the cluster's database; null if neither key has one.</summary>
    public static string? OfCluster(IConfiguration configuration, string? written) =>
        Resolve(configuration, written) ?? configuration.GetConnectionString(Cluster);

    /// <summary>Puts the connection strings of registries in the place of their names.</summary>
    public static void Resolve(IConfiguration configuration, IEnumerable<RegistryOptions> registries)
    {
        foreach (var registry in registries)
        {
            registry.ConnectionString = Resolve(configuration, registry.ConnectionString);
        }
    }

    /// <summary>The name that stands for a connection string; null if it is written out.</summary>
    public static string? NameIn(string? written) =>
        written?.Trim().TrimEnd(';').Split('=', 2, StringSplitOptions.TrimEntries) is [var keyword, var name]
        && keyword.Equals(Keyword, StringComparison.OrdinalIgnoreCase) && !name.Contains(';', StringComparison.Ordinal)
            ? name
            : null;

    // A name that stands for nothing stays, and is complained about with the other mistakes.
    private static string? Resolve(IConfiguration configuration, string? written) =>
        NameIn(written) is { } name ? configuration.GetConnectionString(name) ?? written : written;
}
