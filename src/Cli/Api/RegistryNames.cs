using System.CommandLine;
using System.Text.Json;
using EndpointSync.Cli.Profiles;

namespace EndpointSync.Cli.Api;

/// <summary>The registries of a cluster, for a shell that completes their names.</summary>
internal static class RegistryNames
{
    // A person waits at the prompt.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    /// <summary>The names; none if the silo does not tell them at once.</summary>
    public static IEnumerable<string> Suggest(ParseResult parsed)
    {
        try
        {
            var connection = Connection.Of(parsed);
            using var deadline = new CancellationTokenSource(Timeout);
            using var api = new SiloApi(connection.Server, connection.Key, connection.Authorities);
            var answer = api.SendAsync(Operations.Registries.At([]), deadline.Token).GetAwaiter().GetResult();
            return answer.IsSuccess ? answer.Read<IReadOnlyList<string>>() : [];
        }
        catch (Exception failure) when (
            failure is UsageException or UnreachableException or OperationCanceledException or JsonException)
        {
            return [];
        }
    }
}
