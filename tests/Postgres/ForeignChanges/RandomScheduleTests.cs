using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing.Schedules;

namespace EndpointSync.Tests.Postgres.ForeignChanges;

/// <summary>
/// Other writers change the tables in any order, and some of them die meanwhile. Nothing is forgotten, and a receipt
/// that says in sync is right. <see cref="ScheduleSettings"/> make a run longer, or choose another one.
/// </summary>
public sealed class RandomScheduleTests : FreshDatabaseTests
{
    private const int StepsBetweenRests = 60;

    private static readonly int Steps = ScheduleSettings.Steps(otherwise: 400);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(ScheduleSettings.FirstSeed, 4)];

    [Theory, MemberData(nameof(Seeds))]
    public async Task Nothing_is_forgotten_however_the_statements_of_other_writers_and_of_our_silos_interleave(int seed)
    {
        await using var schedule = await RandomSchedule.StartAsync(Database, seed);
        var step = 0;
        try
        {
            while (step < Steps)
            {
                await (step % StepsBetweenRests == StepsBetweenRests - 1 ? schedule.RestAsync() : schedule.StepAsync());
                step++;
            }

            await schedule.RestAsync();
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException(
                $"Seed {seed}, step {step}, {schedule.Story}: {failure.Message}\n{await schedule.DescribeAsync()}",
                failure);
        }
    }
}
