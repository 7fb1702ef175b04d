using System.Text.RegularExpressions;

namespace EndpointSync.Tools.Postgres;

/// <summary>One installed PostgreSQL.</summary>
internal sealed partial record ServerPrograms(string Folder)
{
    public string InitDb => Path.Combine(Folder, "initdb");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <summary>
    /// Chooses the preferred installation that can serve <paramref name="dataVersion"/>, or the first one if there is
    /// no data yet.
    /// </summary>
    /// <exception cref="PostgresNotFoundException">None is installed.</exception>
    /// <exception cref="InvalidOperationException">Only other major versions are installed.</exception>
    public static async Task<ServerPrograms> ChooseAsync(
        ServerSearch search, string? dataVersion, string dataFolder, CancellationToken cancellationToken)
    {
        if (search.Found.Count == 0)
        {
            throw new PostgresNotFoundException(search.Searched);
        }

        var others = new List<string>();
        foreach (var programs in search.Found.Select(folder => new ServerPrograms(folder)))
        {
            var version = dataVersion is null ? null : await programs.MajorVersionAsync(cancellationToken);
            if (version == dataVersion)
            {
                return programs;
            }

            others.Add($"{version} in {programs.Folder}");
        }

        throw new InvalidOperationException(
            $"The data in {dataFolder} was created by PostgreSQL {dataVersion}, but only {string.Join(", ", others)} "
            + $"is installed. Nothing was changed. Install PostgreSQL {dataVersion}, or move {dataFolder} away to "
            + "start with an empty server.");
    }

    private async Task<string> MajorVersionAsync(CancellationToken cancellationToken)
    {
        var result = await CommandLine.RunAsync([PgCtl, "--version"], Folder, cancellationToken);
        return MajorVersion(result.Output);
    }

    /// <summary>
    /// The major version in the output of <c>pg_ctl --version</c>: 17 of 17.2 and 17beta1, 9.6 of 9.6.24.
    /// </summary>
    internal static string MajorVersion(string output) => Version().Match(output).Groups[1].Value;

    [GeneratedRegex(@"\(PostgreSQL\) ([1-9]\d+|\d\.\d)")]
    private static partial Regex Version();
}
