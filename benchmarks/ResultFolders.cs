namespace EndpointSync.Bench;

/// <summary>
/// The folders of results: full results go to the documentation, results of quick runs beside them, where git ignores
/// them.
/// </summary>
internal sealed record ResultFolders(string Results, string Plots)
{
    public static ResultFolders Of(bool isQuick)
    {
        var results = Path.Combine(Directory.GetCurrentDirectory(), "benchmarks", "results");
        var quick = Path.Combine(results, "quick");
        var folders = isQuick
            ? new ResultFolders(quick, quick)
            : new ResultFolders(results, Path.Combine(Directory.GetCurrentDirectory(), "docs", "plots"));
        Directory.CreateDirectory(folders.Results);
        Directory.CreateDirectory(folders.Plots);
        return folders;
    }

    public string Result(string name) => Path.Combine(Results, $"{name}.json");

    public string Plot(string name) => Path.Combine(Plots, $"{name}.svg");
}
