namespace EndpointSync.Grains.Configuration;

/// <summary>One registry: the configuration section <c>EndpointSync:Registries:&lt;name&gt;</c>.</summary>
public sealed class RegistryOptions
{
    /// <summary>The lock name that OpenSPP's workers take, and the default here.</summary>
    public const string DefaultLockName = "spp_api_v2.fastapi_endpoint_sync";

    /// <summary>How to reach the registry's database, in Npgsql's keywords. Null: the cluster's database.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The schema that holds Odoo's tables.</summary>
    public string Schema { get; set; } = "public";

    /// <summary>
    /// The name whose SHA-256 gives the advisory lock's key; every writer of the registry must use the same one.
    /// </summary>
    public string LockName { get; set; } = DefaultLockName;

    /// <summary>
    /// Whether Odoo's tables are created, in their exact shape, where they are absent. False by default: in a database
    /// that is meant to be Odoo's, an absent table means that the connection string or the schema is wrong.
    /// </summary>
    public bool CreateTables { get; set; }

    /// <summary>
    /// When an edit of an endpoint, made in Odoo, by SQL or through the HTTP API, goes live: with the next reload, or
    /// at once.
    /// </summary>
    public SyncOn SyncOn { get; set; }

    /// <summary>
    /// Whether any sync may remove half of the routes or more, and more than 10, because their endpoints are gone or
    /// archived. False by default: only a reload that allows it may, because an emptied table is more often a mistake
    /// than a wish.
    /// </summary>
    public bool AllowMassRemoval { get; set; }

    /// <summary>
    /// Why connections to a database of its own may go over a network without <c>SslMode=VerifyFull</c>. Any text;
    /// without it the silo warns.
    /// </summary>
    public string? UnverifiedDatabaseReason { get; set; }
}
