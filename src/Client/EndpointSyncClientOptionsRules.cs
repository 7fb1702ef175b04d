using EndpointSync.Client.Gateways;
using EndpointSync.Core;
using EndpointSync.Tls;
using Microsoft.Extensions.Options;

namespace EndpointSync.Client;

/// <summary>The rules for a client's options. Each error names the key, its value and the remedy.</summary>
internal sealed class EndpointSyncClientOptionsRules : IValidateOptions<EndpointSyncClientOptions>
{
    // The width of the id columns in the membership table.
    private const int LongestId = 150;

    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, EndpointSyncClientOptions options)
    {
        var complaints = Check(options)
            .Select(complaint => $"{EndpointSyncClientOptions.Section}:{complaint}")
            .Concat(options.Tls.IsConfigured ? ClusterTls.Check(options.Tls, TlsRole.Client, TimeProvider.System) : [])
            .ToList();
        return complaints.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(complaints);
    }

    private static IEnumerable<string> Check(EndpointSyncClientOptions options)
    {
        foreach (var complaint in Source(options).Concat(SiloReachRules.Urls(options.Silos))
            .Concat(SiloReachRules.Key(options.Key, options.KeyFile)))
        {
            yield return complaint;
        }

        foreach (var (key, value) in new[] { ("ClusterId", options.ClusterId), ("ServiceId", options.ServiceId) })
        {
            if (value.Length is 0 or > LongestId)
            {
                yield return $"{key} ('{value}') must have 1 to {LongestId} characters: give it the silos' value.";
            }
        }

        if (options.ConnectTimeout < ShortestTimeout || options.ConnectTimeout > LongestTimeout)
        {
            yield return $"ConnectTimeout ({options.ConnectTimeout}) must lie between {ShortestTimeout} and "
                + $"{LongestTimeout}.";
        }
    }

    // Two lists could name two clusters.
    private static IEnumerable<string> Source(EndpointSyncClientOptions options)
    {
        var hasDatabase = !string.IsNullOrWhiteSpace(options.ConnectionString);
        (string Key, bool IsSet)[] sources =
        [
            ("ConnectionString", hasDatabase), ("Gateways", options.Gateways.Count > 0),
            ("Silos", options.Silos.Count > 0),
        ];
        var set = sources.Where(source => source.IsSet).Select(source => source.Key).ToList();
        if (set.Count == 0)
        {
            yield return "ConnectionString, Gateways and Silos are empty: set one of them, to the cluster's PostgreSQL "
                + "database (Host=...;Username=...;Database=...), to gateways (Gateways:0=10.0.0.1:30000), or to the "
                + "URLs of silos (Silos:0=https://10.0.0.1:5080).";
        }

        if (set.Count > 1)
        {
            yield return $"{string.Join(" and ", set)} are set: leave all but one of them out, so that it is clear "
                + "where the client's gateways come from.";
        }

        if (hasDatabase && !MembershipDatabase.TryParse(options.ConnectionString, out _))
        {
            yield return "ConnectionString names no Host, or is not of the form Keyword=Value;...: "
                + "write it in Npgsql's keywords, Host=...;Username=...;Database=...";
        }

        foreach (var gateway in options.Gateways.Where(gateway => !GatewayAddress.TryParse(gateway, out _)))
        {
            yield return $"Gateways ('{gateway}') is not the address of a gateway: write host:port, as 10.0.0.1:30000, "
                + "silo.example:30000 or [fd00::1]:30000.";
        }

        if (options.Silos.Count == 0 && (options.Key ?? options.KeyFile) is not null)
        {
            yield return "Key or KeyFile is set without Silos, and only these are shown a key: set Silos, or leave the "
                + "key out.";
        }
    }
}
