namespace EndpointSync.Routing;

/// <summary>One step from a route table to the next: an entry put in, in place of the one with its key if there is one, or a key taken out.</summary>
public sealed record RouteTableChange
{
    private RouteTableChange(string key, RouteEntry? entry) => (Key, Entry) = (key, entry);

    /// <summary>The key that the change is about.</summary>
    public string Key { get; }

    /// <summary>The entry that comes; null if the key is taken out.</summary>
    public RouteEntry? Entry { get; }

    /// <summary>Puts an entry in, in place of the one with its key if there is one.</summary>
    public static RouteTableChange Put(RouteEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return new(entry.Key, entry);
    }

    /// <summary>Takes the entry with a key out, if there is one.</summary>
    public static RouteTableChange Remove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(key, null);
    }
}
