namespace EndpointSync;

/// <summary>What a reload makes current.</summary>
[GenerateSerializer, Alias("EndpointSync.ReloadScope")]
public enum ReloadScope
{
    /// <summary>Every endpoint: what was edited goes live.</summary>
    Everything = 0,

    /// <summary>
    /// The routes that another writer changed: they are adopted where the endpoints say the same, and repaired where they do not. An edit of an
    /// endpoint waits for a reload of everything, as Odoo's users expect of the flag.
    /// </summary>
    Routes = 1,
}
