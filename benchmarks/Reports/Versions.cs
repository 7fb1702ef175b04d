using System.Reflection;
using System.Runtime.InteropServices;
using EndpointSync.Tools.Postgres;
using Npgsql;

namespace EndpointSync.Bench.Reports;

/// <summary>The exact versions that a run measured.</summary>
/// <param name="Commit">The commit of this checkout; ends with -dirty if files differ from it.</param>
/// <param name="DotNet">The runtime.</param>
/// <param name="Orleans">Orleans.</param>
/// <param name="Npgsql">The driver.</param>
/// <param name="PostgreSql">The server that comparisons start.</param>
internal sealed record Versions(string Commit, string DotNet, string Orleans, string Npgsql, string PostgreSql)
{
    public static async Task<Versions> ReadAsync()
    {
        var server = Path.Combine(ServerSearch.OfThisMachine().Found[0], "postgres");
        return new Versions(
            await SaidByAsync(["git", "describe", "--always", "--dirty"]),
            RuntimeInformation.FrameworkDescription,
            Of(typeof(IGrain)),
            Of(typeof(NpgsqlConnection)),
            await SaidByAsync([server, "--version"]));
    }

    private static async Task<string> SaidByAsync(IReadOnlyList<string> command) =>
        (await Tools.Postgres.CommandLine.RunAsync(
            command, Directory.GetCurrentDirectory(), CancellationToken.None)).Output;

    // Behind a plus, or in words, stands the commit that the package was built from.
    private static string Of(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+', ' ')[0].TrimEnd('.');
}
