using EndpointSync.Grains.Hosting;

namespace EndpointSync.Silo.Hosting;

/// <summary>
/// Compares the silo's clock with the database's. A silo whose clock is ahead writes signs of life from the future, and
/// others take it for alive when it is dead; one whose clock is behind looks dead.
/// </summary>
internal static partial class ClockSkew
{
    /// <summary>Beyond this it is reported.</summary>
    public static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(1);

    /// <returns>How far the silo's clock is ahead; negative if it is behind.</returns>
    /// <exception cref="StartException">It is further than <c>MaxClockSkew</c> allows.</exception>
    public static async Task<TimeSpan> CheckAsync(ClusterSettings cluster)
    {
        var skew = await EndpointSyncServices.MeasureClockSkewAsync(cluster.ConnectionString!, CancellationToken.None);
        return skew.Duration() <= cluster.MaxClockSkew
            ? skew
            : throw new StartException(
                $"This machine's clock is {Text(skew)} the clock of the cluster's database; "
                + $"EndpointSync:Cluster:MaxClockSkew allows {cluster.MaxClockSkew}. Synchronize the clocks (NTP).",
                StartException.Unavailable);
    }

    public static void LogClockSkew(this WebApplication app, TimeSpan skew)
    {
        if (skew.Duration() > Noticeable)
        {
            Differs(app.Logger, Text(skew));
        }
    }

    /// <summary>
    /// Sets signs of life from the future to the present, so that rows of silos that ended with their clocks ahead keep
    /// nobody from joining.
    /// </summary>
    /// <exception cref="StartException">The cluster's database does not let the silo write them.</exception>
    public static async Task ResetFutureSignsOfLifeAsync(this WebApplication app, ClusterSettings cluster)
    {
        try
        {
            var future = await EndpointSyncServices.ResetFutureSignsOfLifeAsync(
                cluster.ConnectionString!, cluster.ClusterId, CancellationToken.None);
            foreach (var (silo, ahead) in future)
            {
                SignOfLifeReset(app.Logger, silo, ahead);
            }
        }
        catch (Exception failure) when (EndpointSyncServices.ProblemOf(failure) is { } problem)
        {
            throw new StartException(
                "The membership table of the cluster's database (EndpointSync:Cluster:ConnectionString) cannot be "
                + $"written: {problem.Detail}",
                StartException.Unavailable);
        }
    }

    /// <summary>The difference for a person to read, as the beginning of "the clock of ...".</summary>
    public static string Text(TimeSpan skew) => $"{skew.Duration()} {(skew > TimeSpan.Zero ? "ahead of" : "behind")}";

    [LoggerMessage(
        2002, LogLevel.Warning, "This machine's clock is {Skew} the clock of the cluster's database: synchronize them")]
    private static partial void Differs(ILogger logger, string skew);

    [LoggerMessage(
        2003, LogLevel.Warning,
        "The sign of life of silo {Silo} was {Ahead} in the future and was set to now: its clock is, or was, ahead")]
    private static partial void SignOfLifeReset(ILogger logger, string silo, TimeSpan ahead);
}
