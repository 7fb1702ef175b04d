using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Failover;

/// <summary>How a silo is lost.</summary>
public enum Loss
{
    /// <summary>SIGKILL: its connections end at once.</summary>
    Killed,

    /// <summary>SIGSTOP: its connections stay open, and nothing answers on them.</summary>
    Frozen,
}

internal static class Losses
{
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
