using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing.Schedules;

namespace EndpointSync.Tests.Outages.Schedules;

/// <summary>
/// Other writers change the tables while silos sync, die and freeze. The result is the one right state, and every silo
/// and worker serves it. <see cref="ScheduleSettings"/> make a run longer, or choose another one.
/// </summary>
public sealed class ClusterScheduleTests(ITestOutputHelper output)
{
    private static readonly int Steps = ScheduleSettings.Steps(otherwise: 150);

    [Theory]
    [InlineData(SyncOn.Reload)]
    [InlineData(SyncOn.Change)]
    public async Task Whatever_others_do_while_silos_die_and_freeze_every_worker_serves_what_the_endpoints_say(
        SyncOn syncOn)
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
