namespace EndpointSync.Routing;

/// <summary>
/// One change from a route table to the next: an entry that is added or replaced, or a key that is removed.
/// </summary>
public sealed record RouteTableChange
{
    private RouteTableChange(string key, RouteEntry? entry) => (Key, Entry) = (key, entry);

    /// <summary>The changed key.</summary>
    public string Key { get; }

    /// <summary>The new entry; null if the key is removed.</summary>
    public RouteEntry? Entry { get; }

    /// <summary>Adds an entry, or replaces the one with its key.</summary>
    public static RouteTableChange Put(RouteEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return new(entry.Key, entry);
    }

    /// <summary>Removes the entry with a key, if there is one.</summary>
    public static RouteTableChange Remove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(key, null);
    }
}
