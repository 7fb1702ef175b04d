namespace EndpointSync.Core;

/// <summary>How long a silo that is asked to stop still answers.</summary>
internal sealed class SiloDrainOptions
{
    /// <summary>
    /// The time between <see cref="SiloDrain.Begun"/> and <see cref="SiloDrain.Ended"/>; zero by default.
    /// </summary>
    public TimeSpan Delay { get; set; }
}
