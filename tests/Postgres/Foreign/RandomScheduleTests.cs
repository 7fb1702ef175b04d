using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing.Schedules;

namespace EndpointSync.Tests.Postgres.Foreign;

/// <summary>
/// Whatever others do to the tables, in whatever order, and whatever dies meanwhile: nothing is forgotten, and whoever is told that all is in line is told
/// the truth. <see cref="ScheduleSettings"/> make a run longer, or another one.
/// </summary>
public sealed class RandomScheduleTests : FreshDatabaseTests
{
    private const int StepsBetweenRests = 60;

    private static readonly int Steps = ScheduleSettings.Steps(otherwise: 400);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(ScheduleSettings.FirstSeed, 4)];

    [Theory, MemberData(nameof(Seeds))]
    public async Task Whatever_others_do_between_the_statements_of_each_other_and_of_our_silos_nothing_is_forgotten(int seed)
    {
        await using var schedule = await RandomSchedule.StartAsync(Database, seed);
        var step = 0;
        try
        {
            for (; step < Steps; step++)
            {
                await (step % StepsBetweenRests == StepsBetweenRests - 1 ? schedule.RestAsync() : schedule.StepAsync());
            }

            await schedule.RestAsync();
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"Seed {seed}, step {step}, {schedule.Story}: {failure.Message}", failure);
        }
    }
}
