namespace EndpointSync.Grains.Configuration;

/// <summary>When another writer's edit of an endpoint goes live.</summary>
public enum SyncOn
{
    /// <summary>With the next reload, as Odoo's users expect of the flag.</summary>
    Reload = 0,

    /// <summary>At once, together with all other edits that wait.</summary>
    Change = 1,
}
