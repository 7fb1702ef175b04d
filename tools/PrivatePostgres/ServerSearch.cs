using System.Globalization;
using System.Text.RegularExpressions;

namespace EndpointSync.Tools.Postgres;

/// <summary>
/// Searches the usual install folders for PostgreSQL's server programs. The two functions are its only access to the
/// disk.
/// </summary>
internal sealed partial class ServerSearch(Func<string, bool> fileExists, Func<string, IEnumerable<string>> foldersIn)
{
    /// <summary>The environment variable that names the only folder to search, for another version.</summary>
    public const string FolderVariable = "ENDPOINTSYNC_POSTGRES_BIN";

    private readonly List<string> _searched = [];
    private readonly List<string> _found = [];

    /// <summary>Every searched folder, in order.</summary>
    public IReadOnlyList<string> Searched => _searched;

    /// <summary>The folders with initdb, pg_ctl and postgres, the preferred one first.</summary>
    public IReadOnlyList<string> Found => _found;

    public static ServerSearch OfThisMachine()
    {
        var search = new ServerSearch(
            File.Exists, folder => Directory.Exists(folder) ? Directory.EnumerateDirectories(folder) : []);
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } only)
        {
            search.SearchFolders([only]);
            return search;
        }

        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        search.SearchFolders(path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        if (OperatingSystem.IsWindows())
        {
            search.SearchWindows(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles));
        }
        else
        {
            search.SearchUnix();
        }

        return search;
    }

    public void SearchUnix()
    {
        SearchVersions("/usr/lib/postgresql", VersionFolder(), "/bin");
        SearchFolders(["/usr/bin"]);
        SearchVersions("/usr", FedoraFolder(), "/bin");
        SearchVersions("/opt/homebrew/opt", HomebrewFolder(), "/bin");
        SearchVersions("/usr/local/opt", HomebrewFolder(), "/bin");
    }

    public void SearchWindows(string programFiles) =>
        SearchVersions($@"{programFiles}\PostgreSQL", VersionFolder(), @"\bin");

    public void SearchFolders(IEnumerable<string> folders)
    {
        foreach (var folder in folders.Where(folder => !_searched.Contains(folder)))
        {
            _searched.Add(folder);
            if (Has(folder, "initdb") && Has(folder, "pg_ctl") && Has(folder, "postgres"))
            {
                _found.Add(folder);
            }
        }
    }

    private void SearchVersions(string parent, Regex name, string below)
    {
        var versions = foldersIn(parent)
            .Select(folder => (Folder: folder, Match: name.Match(LastPart(folder))))
            .Where(entry => entry.Match.Success)
            .OrderByDescending(entry => decimal.Parse(entry.Match.Groups[1].Value, CultureInfo.InvariantCulture))
            .Select(entry => entry.Folder + below)
            .ToList();
        SearchFolders(versions.Count > 0 ? versions : [$"{parent} (nothing for any version)"]);
    }

    private bool Has(string folder, string program) =>
        fileExists(Path.Combine(folder, program)) || fileExists(Path.Combine(folder, $"{program}.exe"));

    private static string LastPart(string folder) => folder[(folder.LastIndexOfAny(['/', '\\']) + 1)..];

    [GeneratedRegex(@"^(\d+(?:\.\d+)?)$")]
    private static partial Regex VersionFolder();

    [GeneratedRegex(@"^pgsql-(\d+(?:\.\d+)?)$")]
    private static partial Regex FedoraFolder();

    [GeneratedRegex(@"^postgresql@(\d+(?:\.\d+)?)$")]
    private static partial Regex HomebrewFolder();
}
