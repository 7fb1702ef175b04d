namespace EndpointSync.Demo;

/// <summary>
/// Which database the processes use: the configured one, or a private server with a sample. A machine whose
/// configuration was not mounted must not come up with a sample that looks like an emptied registry.
/// </summary>
internal static class DatabaseChoice
{
    public const string ConnectionStringKey = "EndpointSync__Cluster__ConnectionString";
    public const string Option = "--private-postgres";

    private const string Development = "Development";

    /// <summary>The configured connection string; null for a private server.</summary>
    /// <param name="isAsked">Whether the command line asks for a private server.</param>
    /// <exception cref="InvalidOperationException">There is none, and a private server is not meant either.</exception>
    public static string? ConnectionString(bool isAsked)
    {
        var configured = Environment.GetEnvironmentVariable(ConnectionStringKey);
        if (!string.IsNullOrWhiteSpace(configured))
        {
            return configured;
        }

        if (configured is not null)
        {
            throw new InvalidOperationException(
                $"{ConnectionStringKey} is set and empty: a secret that was not mounted? Set it to the cluster's "
                + "database, or unset it.");
        }

        return isAsked || EnvironmentName() == Development
            ? null
            : throw new InvalidOperationException(
                $"No database is configured, and this is the environment '{EnvironmentName()}'. Set "
                + $"{ConnectionStringKey} to the cluster's database. A private PostgreSQL with a sample starts with "
                + $"{Option}, or in the environment {Development} (DOTNET_ENVIRONMENT).");
    }

    // As ASP.NET Core decides it.
    private static string EnvironmentName() =>
        Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")
        ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
        ?? "Production";
}
