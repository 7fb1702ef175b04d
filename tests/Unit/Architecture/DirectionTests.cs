using EndpointSync.Grains.Sync;
using EndpointSync.Silo.Hosting;
using EndpointSync.Tools.Postgres;
using EndpointSync.WebConsole;
using EndpointSync.Worker;

namespace EndpointSync.Tests.Unit.Architecture;

/// <summary>
/// The rooms of <c>src/Grains</c>: which folder may refer to which. A request walks forward only, and no two folders
/// refer to each other.
/// </summary>
public sealed class DirectionTests
{
    private const string Root = "EndpointSync.Grains.";
    private const int MostFiles = 25;

    // What each folder may refer to besides itself. Hosting puts everything together, so it may refer to all.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Configuration"] = [],
        ["Sync.Planning"] = [],
        ["Postgres"] = ["Configuration"],
        ["Postgres.Migrations"] = ["Postgres"],
        ["Access"] = ["Postgres"],
        ["Audit"] = ["Postgres", "Configuration"],
        ["Locks"] = ["Telemetry", "Postgres", "Configuration"],
        ["Odoo"] = ["Postgres", "Postgres.Migrations"],
        ["Preparation"] = ["Odoo", "Postgres", "Postgres.Migrations"],
        ["Endpoints"] = ["Sync.Planning", "Postgres", "Configuration"],
        ["Sync.Statements"] = ["Sync.Planning", "Locks", "Postgres", "Configuration"],
        ["Sync"] = ["Sync.Statements", "Sync.Planning", "Preparation", "Odoo", "Locks", "Postgres", "Configuration"],
        ["History"] = ["Sync.Statements", "Postgres"],
        ["Registries"] =
            ["Sync", "Sync.Statements", "Preparation", "Endpoints", "History", "Odoo", "Postgres"],
        ["Telemetry"] = [],
        ["Publishing"] =
            ["Telemetry", "Registries", "History", "Sync.Statements", "Preparation", "Postgres", "Configuration"],
        ["Idempotency"] = ["Postgres"],
        ["Events"] = ["Publishing", "Registries", "Preparation", "Locks", "Postgres"],
        ["Coordination"] =
        [
            "Telemetry", "Events", "Publishing", "Registries", "History", "Sync", "Sync.Statements", "Preparation",
            "Odoo", "Locks", "Postgres", "Configuration",
        ],
        ["ForeignChanges"] = ["Publishing", "Registries", "Preparation", "Postgres", "Configuration"],
        ["Doctor"] =
        [
            "ForeignChanges", "Publishing", "Registries", "Preparation", "Sync.Statements", "Sync.Planning", "Postgres",
            "Configuration",
        ],
    };

    // The folders that speak to Postgres. The plan, the order of work and the publication must not depend on how.
    private static readonly string[] SpeakPostgres =
    [
        "Postgres", "Postgres.Migrations", "Access", "Audit", "Locks", "Odoo", "Preparation", "Endpoints", "History",
        "Sync", "Sync.Statements", "ForeignChanges", "Idempotency", "Events", "Doctor",
    ];

    [Fact]
    public void Folders_refer_to_others_only_in_the_directions_that_are_written_down()
    {
        var found = FolderReferences.Of(typeof(SyncSession).Assembly)
            .Where(pair => FolderOf(pair.From) != FolderOf(pair.To) && FolderOf(pair.From) != "Hosting")
            .Where(pair => !Allowed.GetValueOrDefault(FolderOf(pair.From), []).Contains(FolderOf(pair.To)))
            .Select(pair => $"{FolderOf(pair.From)} -> {FolderOf(pair.To)}: {pair.From.Name} refers to {pair.To.Name}");

        Assert.Empty(found);
    }

    [Fact]
    public void No_folder_can_be_reached_from_itself()
    {
        Assert.DoesNotContain(Allowed.Keys, folder => Reachable(folder).Contains(folder));
    }

    [Fact]
    public void Every_direction_that_is_written_down_is_used()
    {
        var used = FolderReferences.Of(typeof(SyncSession).Assembly)
            .Select(pair => (FolderOf(pair.From), FolderOf(pair.To)))
            .ToHashSet();

        Assert.Subset(used, Allowed.SelectMany(folder => folder.Value.Select(to => (folder.Key, to))).ToHashSet());
    }

    [Fact]
    public void No_two_folders_of_the_silo_refer_to_each_other()
    {
        var pairs = FolderReferences.Of(typeof(SiloSettings).Assembly)
            .Select(pair => (From: pair.From.Namespace!, To: pair.To.Namespace!))
            .Where(pair => pair.From != pair.To)
            .ToHashSet();

        Assert.Contains(("EndpointSync.Silo.Hosting", "EndpointSync.Silo.Access"), pairs);
        Assert.DoesNotContain(pairs, pair => pairs.Contains((pair.To, pair.From)));
    }

    [Fact]
    public void Only_folders_that_speak_to_Postgres_know_its_driver()
    {
        var found = FolderReferences.Outside(typeof(SyncSession).Assembly)
            .Where(pair => pair.To.Namespace?.StartsWith("Npgsql", StringComparison.Ordinal) == true)
            .Select(pair => (Folder: FolderOf(pair.From), pair.From.Name))
            .Where(user => !SpeakPostgres.Contains(user.Folder));

        // Hosting hands Orleans the cluster's data source without looking at it; the annotation of a doc comment is no
        // reference.
        Assert.Empty(found);
    }

    [Fact]
    public void The_public_contract_refers_to_what_workers_share_and_to_no_other_assembly_of_ours()
    {
        var references = typeof(ReloadReceipt).Assembly.GetReferencedAssemblies().Select(name => name.Name!);

        Assert.Equal(
            ["EndpointSync.Protocol"],
            references.Where(name => name.StartsWith("EndpointSync", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_pages_of_the_console_refer_to_the_public_contract_and_reach_no_database()
    {
        var references = typeof(ConsoleAsset).Assembly.GetReferencedAssemblies()
            .Select(name => name.Name!)
            .Where(name => name.StartsWith("EndpointSync", StringComparison.Ordinal) || name == "Npgsql")
            .Order(StringComparer.Ordinal);

        Assert.Equal(["EndpointSync.Abstractions", "EndpointSync.Protocol"], references);
    }

    [Fact]
    public void A_worker_refers_to_nothing_but_the_protocol_the_routes_and_the_framework()
    {
        var references = new[] { typeof(WorkerOptions), typeof(RouteVersion) }
            .SelectMany(type => type.Assembly.GetReferencedAssemblies())
            .Select(name => name.Name!)
            .Where(
                name => !name.StartsWith("System.", StringComparison.Ordinal)
                    && !name.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
                    && !name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

        Assert.Equal(["EndpointSync.Protocol", "EndpointSync.Routing"], references);
    }

    [Fact]
    public void No_folder_of_the_product_has_more_files_than_can_be_surveyed()
    {
        var source = Path.Combine(RepositoryRoot.Find(AppContext.BaseDirectory)!, "src");
        var crowded = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(
                file => !file.Contains(
                    $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .GroupBy(file => Path.GetRelativePath(source, Path.GetDirectoryName(file)!))
            .Where(folder => folder.Count() > MostFiles)
            .Select(folder => $"{folder.Key}: {folder.Count()} files");

        Assert.Empty(crowded);
    }

    private static HashSet<string> Reachable(string folder)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Stack<string>(Allowed[folder]);
        while (waiting.TryPop(out var next))
        {
            if (reached.Add(next))
            {
                foreach (var further in Allowed[next])
                {
                    waiting.Push(further);
                }
            }
        }

        return reached;
    }

    private static string FolderOf(Type type) =>
        type.Namespace?.StartsWith(Root, StringComparison.Ordinal) == true
            ? type.Namespace[Root.Length..]
            : type.Namespace ?? "";
}
