using EndpointSync.Grains.Postgres;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Testing;

/// <summary>PostgreSQL's own client programs.</summary>
public static class ClientProgram
{
    private const string Debian = "/usr/lib/postgresql";

    /// <summary>
    /// A program that can work with the test server: the one beside it, or one of another version. A dump is refused by
    /// programs that are older than the server.
    /// </summary>
    /// <returns>The program's path. Without one the test is skipped.</returns>
    public static async Task<string> RequireAsync(string program)
    {
        await using var server = await TestServer.OpenAsync();
        var folder = await server.ScalarAsync<string>(
            "select setting from pg_config where name = 'BINDIR'", CancellationToken.None);
        var oldest = program == "psql" ? 0 : server.PostgreSqlVersion.Major;
        foreach (var path in Folders(folder).Select(one => Path.Combine(one, program)).Where(File.Exists))
        {
            var version = await CommandLine.RunAsync([path, "--version"], "/", CancellationToken.None);
            if (int.TryParse(ServerPrograms.MajorVersion(version.Output), out var major) && major >= oldest)
            {
                return path;
            }
        }

        Assert.Skip($"{program} of PostgreSQL {oldest} or newer is not installed");
        return "";
    }

    private static IEnumerable<string> Folders(string beside) =>
    [
        beside,
        .. Directory.Exists(Debian)
            ? Directory.EnumerateDirectories(Debian).Order(StringComparer.Ordinal).Reverse()
                .Select(version => Path.Combine(version, "bin"))
            : [],
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator),
    ];
}
