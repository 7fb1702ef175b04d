using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointSync.Cli.Options;

namespace EndpointSync.Cli.Profiles;

/// <summary>
/// Which silo a command asks, and how. The first of these that is given decides: <c>--server</c>, <c>--profile</c>,
/// ENDPOINTSYNC_SERVER, ENDPOINTSYNC_PROFILE, the default profile, a silo on this machine. A profile's key goes to that
/// profile's server only.
/// </summary>
/// <param name="Server">The address.</param>
/// <param name="Key">The key; null for none.</param>
/// <param name="Authorities">The only authorities that are trusted; null for those of the machine.</param>
/// <param name="Registry">The registry that a command without one is about; null for none.</param>
/// <param name="Warnings">What the user should know, for standard error.</param>
internal sealed record Connection(
    Uri Server, string? Key, X509Certificate2Collection? Authorities, string? Registry, IReadOnlyList<string> Warnings)
{
    /// <summary>A silo on this machine, as it listens by default.</summary>
    public const string DefaultServer = "http://127.0.0.1:5080";

    private const string ServerVariable = "ENDPOINTSYNC_SERVER";
    private const string ProfileVariable = "ENDPOINTSYNC_PROFILE";
    private const string CaVariable = "ENDPOINTSYNC_CA_FILE";

    /// <exception cref="UsageException">What is given cannot be used.</exception>
    public static Connection Of(ParseResult parsed)
    {
        var profile = ProfileOf(parsed);
        var server = AddressOf(parsed, profile);
        var warnings = new List<string>();
        var keyFile = parsed.GetValue(CommonOptions.KeyFile) ?? ProfileFile.Expand(profile?.KeyFile);
        var key = keyFile is null ? KeySource.ReadEnvironment() : KeySource.Read(keyFile);
        if (profile?.KeyFile is not null && KeySource.Exposure(keyFile!) is { } exposed)
        {
            warnings.Add(exposed);
        }

        if (key is not null && server.Scheme == Uri.UriSchemeHttp && !server.IsLoopback)
        {
            warnings.Add(
                $"Warning: the key goes unencrypted to {server.Authority}, and whoever is on the way can read it. "
                + "Use a URL with https.");
        }

        var caFile = parsed.GetValue(CommonOptions.CaFile) ?? ProfileFile.Expand(profile?.CaFile)
            ?? Environment.GetEnvironmentVariable(CaVariable);
        return new Connection(
            server, key, string.IsNullOrEmpty(caFile) ? null : ReadAuthorities(caFile), profile?.Registry, warnings);
    }

    private static Profile? ProfileOf(ParseResult parsed)
    {
        if (parsed.GetValue(CommonOptions.Profile) is { } given)
        {
            return parsed.GetValue(CommonOptions.Server) is null
                ? Find(ProfileFile.Read(), given, "--profile")
                : throw new UsageException("--server and --profile both say which silo to ask: give one of them.");
        }

        if (parsed.GetValue(CommonOptions.Server) is not null || Variable(ServerVariable) is not null)
        {
            return null;
        }

        var list = ProfileFile.Read();
        return Variable(ProfileVariable) is { } named
            ? Find(list, named, ProfileVariable)
            : list.Default is { } usual ? list.Profiles[usual] : null;
    }

    private static Profile Find(ProfileList list, string name, string source) =>
        list.Profiles.GetValueOrDefault(name)
        ?? throw new UsageException(
            $"{source} '{name}': {ProfileFile.Path} has no such profile. It has: "
            + (list.Profiles.Count > 0 ? string.Join(", ", list.Profiles.Keys) : "none") + ".");

    private static Uri AddressOf(ParseResult parsed, Profile? profile) =>
        parsed.GetValue(CommonOptions.Server) is { } given ? Parse(given, "--server")
        : profile is not null ? Parse(profile.Server, $"server in {ProfileFile.Path}")
        : Variable(ServerVariable) is { } variable ? Parse(variable, ServerVariable)
        : new Uri(DefaultServer);

    private static Uri Parse(string address, string source) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new UsageException(
                $"{source} '{address}' is not the address of an HTTP API: write it like {DefaultServer}.");

    private static X509Certificate2Collection ReadAuthorities(string file)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities.Count > 0
                ? authorities
                : throw new UsageException($"The CA file '{file}' has no certificate.");
        }
        catch (Exception failure) when (
            failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UsageException($"The CA file cannot be read: {failure.Message}");
        }
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
