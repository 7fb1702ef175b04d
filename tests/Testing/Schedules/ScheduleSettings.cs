using System.Globalization;

namespace EndpointSync.Tests.Testing.Schedules;

/// <summary>
/// The length of random schedules, and their first seed: <c>ENDPOINTSYNC_SCHEDULE_STEPS</c> and
/// <c>ENDPOINTSYNC_SCHEDULE_SEED</c>.
/// </summary>
internal static class ScheduleSettings
{
    public static int FirstSeed { get; } = Setting("ENDPOINTSYNC_SCHEDULE_SEED", 1);

    /// <summary>The steps of one run.</summary>
    /// <param name="otherwise">The number if none is set.</param>
    public static int Steps(int otherwise) => Setting("ENDPOINTSYNC_SCHEDULE_STEPS", otherwise);

    private static int Setting(string name, int otherwise) =>
        int.Parse(
            Environment.GetEnvironmentVariable(name) ?? otherwise.ToString(CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture);
}
