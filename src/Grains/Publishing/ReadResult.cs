namespace EndpointSync.Grains.Publishing;

/// <summary>How a read of routes from the database ended.</summary>
internal enum ReadResult
{
    /// <summary>The routes read are served, were served already, or are refused.</summary>
    Done,

    /// <summary>The image was replaced meanwhile, so the delta that was read does not follow it.</summary>
    Moved,

    /// <summary>
    /// The result does not have the version's hash, so an earlier change was missed. Only the whole table can help.
    /// </summary>
    HashMismatch,
}
