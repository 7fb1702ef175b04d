using System.Globalization;
using EndpointSync.Tests.Postgres.Races;

namespace EndpointSync.Tests.Postgres.Foreign;

/// <summary>
/// Whatever others do to the tables, in whatever order, and whatever dies meanwhile: nothing is forgotten, and whoever is told that all is in line is told
/// the truth. <c>ENDPOINTSYNC_SCHEDULE_STEPS</c> makes each run
/// longer, <c>ENDPOINTSYNC_SCHEDULE_SEED</c> is the first of four seeds.
/// </summary>
public sealed class RandomScheduleTests : FreshDatabaseTests
{
    private const int StepsBetweenRests = 60;

    private static readonly int Steps = Setting("ENDPOINTSYNC_SCHEDULE_STEPS", 400);
    private static readonly int FirstSeed = Setting("ENDPOINTSYNC_SCHEDULE_SEED", 1);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(FirstSeed, 4)];

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

    private static int Setting(string name, int otherwise) =>
        int.Parse(Environment.GetEnvironmentVariable(name) ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
