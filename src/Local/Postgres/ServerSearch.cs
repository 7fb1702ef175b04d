using System.Globalization;
using System.Text.RegularExpressions;

namespace EndpointSync.Local.Postgres;

/// <summary>The folders that PostgreSQL's server programs are installed to, and which of them hold any. Knows the disk only by two questions.</summary>
internal sealed partial class ServerSearch(Func<string, bool> fileExists, Func<string, IEnumerable<string>> foldersIn)
{
    private readonly List<string> _searched = [];
    private readonly List<string> _found = [];

    /// <summary>Every folder that was looked into, in order.</summary>
    public IReadOnlyList<string> Searched => _searched;

    /// <summary>The folders that hold initdb, pg_ctl and postgres, the preferred one first.</summary>
    public IReadOnlyList<string> Found => _found;

    public static ServerSearch OfThisMachine()
    {
        var search = new ServerSearch(File.Exists, folder => Directory.Exists(folder) ? Directory.EnumerateDirectories(folder) : []);
        search.LookInto((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        if (OperatingSystem.IsWindows())
        {
            search.LookIntoWindows(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles));
        }
        else
        {
            search.LookIntoUnix();
        }

        return search;
    }

    public void LookIntoUnix()
    {
        LookIntoVersions("/usr/lib/postgresql", VersionFolder(), "/bin");
        LookInto(["/usr/bin"]);
        LookIntoVersions("/usr", FedoraFolder(), "/bin");
        LookIntoVersions("/opt/homebrew/opt", HomebrewFolder(), "/bin");
        LookIntoVersions("/usr/local/opt", HomebrewFolder(), "/bin");
    }

    public void LookIntoWindows(string programFiles) => LookIntoVersions($@"{programFiles}\PostgreSQL", VersionFolder(), @"\bin");

    public void LookInto(IEnumerable<string> folders)
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

    private void LookIntoVersions(string parent, Regex name, string below)
    {
        var versions = foldersIn(parent)
            .Select(folder => (Folder: folder, Match: name.Match(LastPart(folder))))
            .Where(entry => entry.Match.Success)
            .OrderByDescending(entry => decimal.Parse(entry.Match.Groups[1].Value, CultureInfo.InvariantCulture))
            .Select(entry => entry.Folder + below)
            .ToList();
        LookInto(versions.Count > 0 ? versions : [$"{parent} (nothing for any version)"]);
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
