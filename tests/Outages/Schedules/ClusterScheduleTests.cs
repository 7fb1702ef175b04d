using EndpointSync.Grains.Registries;
using EndpointSync.Tests.Testing.Schedules;

namespace EndpointSync.Tests.Outages.Schedules;

/// <summary>
/// Whatever others do to the tables while silos sync, die and freeze, one right state comes of it, and everybody serves that.
/// <see cref="ScheduleSettings"/> make a run longer, or another one.
/// </summary>
public sealed class ClusterScheduleTests(ITestOutputHelper output)
{
    private static readonly int Steps = ScheduleSettings.Steps(otherwise: 150);

    [Theory]
    [InlineData(SyncOn.Reload)]
    [InlineData(SyncOn.Change)]
    public async Task Whatever_others_do_while_silos_die_and_freeze_everybody_serves_what_the_endpoints_say(SyncOn syncOn)
    {
        var seed = ScheduleSettings.FirstSeed;
        await using var schedule = await ClusterSchedule.StartAsync(seed, syncOn);
        try
        {
            for (var step = 0; step < Steps; step++)
            {
                await schedule.StepAsync();
            }

            await schedule.RestAsync();
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"Seed {seed}, {schedule.Story}: {failure.Message}", failure);
        }

        output.WriteLine($"seed {seed}: {schedule.Summary}");
    }
}
