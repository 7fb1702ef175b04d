namespace EndpointSync.Grains.Registries;

/// <summary>When an edit of an endpoint that another writer makes goes live.</summary>
public enum SyncOn
{
    /// <summary>With the next reload, as Odoo's users expect of the flag.</summary>
    Reload = 0,

    /// <summary>At once, with all other edits that wait.</summary>
    Change = 1,
}
