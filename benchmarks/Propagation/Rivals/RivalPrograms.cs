namespace EndpointSync.Bench.Propagation.Rivals;

/// <summary>Where the programs of others are: installed, or unpacked by ./bench.</summary>
internal static class RivalPrograms
{
    private static readonly string Unpacked = Path.Combine(Directory.GetCurrentDirectory(), ".data", "rivals", "usr");

    private static IEnumerable<string> Folders =>
        [
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/sbin",
            Path.Combine(Unpacked, "bin"), Path.Combine(Unpacked, "sbin")];

    /// <summary>The path of a program; null if it is absent.</summary>
    public static string? Find(string program) =>
        Folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <exception cref="InvalidOperationException">It is absent.</exception>
    public static string Get(string program) =>
        Find(program) ?? throw new InvalidOperationException($"{program} is not installed.");

    /// <summary>A new folder for what a program writes; the caller deletes it.</summary>
    public static string NewFolder(string program) =>
        Directory.CreateDirectory(
            Path.Combine(Directory.GetCurrentDirectory(), ".data", $"bench-{program}-{Guid.NewGuid():N}")).FullName;
}
