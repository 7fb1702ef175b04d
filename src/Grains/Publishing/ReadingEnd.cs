namespace EndpointSync.Grains.Publishing;

/// <summary>How reading routes from the database ended.</summary>
internal enum ReadingEnd
{
    /// <summary>What was read is served, is served already, or is refused.</summary>
    Done,

    /// <summary>The image is not the one any more that what was read leads on from.</summary>
    Moved,

    /// <summary>What was read does not have the version's hash, so something was missed before; only the whole table can help.</summary>
    Misfit,
}
