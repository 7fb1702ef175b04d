using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Failover;

/// <summary>How a silo is lost, and how long the others may take to work without it.</summary>
public enum Loss
{
    /// <summary>SIGKILL: its connections end at once.</summary>
    Killed,

    /// <summary>SIGSTOP: its connections stay open, and nothing answers on them.</summary>
    Frozen,
}

/// <summary>How long the consequences of a loss may last.</summary>
internal static class Losses
{
    /// <summary>The promise is 1.5 seconds. The rest is for a machine that runs other tests at the same time.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The promise is 3.5 seconds. The rest is for a busy machine, and shorter than the cluster takes to give a frozen
    /// silo up.
    /// </summary>
    public static readonly TimeSpan LongestForWorkers = TimeSpan.FromSeconds(10);

    public static void Lose(this SiloProcess silo, Loss loss)
    {
        if (loss == Loss.Killed)
        {
            silo.Kill();
        }
        else
        {
            silo.Suspend();
        }
    }
}
