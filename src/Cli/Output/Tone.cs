namespace EndpointSync.Cli.Output;

/// <summary>How a value is meant; shown as a colour where the terminal has colours.</summary>
internal enum Tone
{
    /// <summary>As it is.</summary>
    None,

    /// <summary>As it should be.</summary>
    Good,

    /// <summary>It deserves a look.</summary>
    Warning,

    /// <summary>It is wrong.</summary>
    Bad,
}
