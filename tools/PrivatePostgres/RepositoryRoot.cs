namespace EndpointSync.Tools.Postgres;

/// <summary>Finds the checkout that this process was built from.</summary>
internal static class RepositoryRoot
{
    /// <summary>
    /// The nearest folder at or above <paramref name="start"/> with EndpointSync.sln; null if there is none.
    /// </summary>
    public static string? Find(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "EndpointSync.sln")))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
