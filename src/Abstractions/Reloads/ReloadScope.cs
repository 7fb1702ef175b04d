namespace EndpointSync;

/// <summary>What a reload makes current.</summary>
[GenerateSerializer, Alias("endpointsync.reload-scope")]
public enum ReloadScope
{
    /// <summary>Every endpoint: all edits go live.</summary>
    Everything = 0,

    /// <summary>
    /// The routes that another writer changed: they are adopted if they match the endpoints, and repaired if they do
    /// not. An edit of an endpoint waits for a reload of everything, as Odoo's users expect of the flag.
    /// </summary>
    Routes = 1,
}
