namespace EndpointSync.Silo.Hosting;

/// <summary>The PostgreSQL that the silo brings along: the configuration section <c>EndpointSync:PrivatePostgres</c>.</summary>
internal sealed class PrivatePostgresSettings
{
    /// <summary>Where its data lives; by default <c>.data/postgres</c> in the repository, else in the current directory.</summary>
    public string? Directory { get; set; }
}
