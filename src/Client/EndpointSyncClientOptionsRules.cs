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
        if (string.IsNullOrWhiteSpace(options.ConnectionString))
        {
            yield return "ConnectionString is empty: set it to the cluster's PostgreSQL database, "
                + "Host=...;Username=...;Database=...";
        }
        else if (!MembershipDatabase.TryParse(options.ConnectionString, out _))
        {
            yield return "ConnectionString names no Host, or is not of the form Keyword=Value;...: "
                + "write it in Npgsql's keywords, Host=...;Username=...;Database=...";
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
}
