using EndpointSync.Tests.Torture;
using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Schedules;
using static EndpointSync.Tests.Unit.Torture.TinyHistory;

namespace EndpointSync.Tests.Unit.Torture;

/// <summary>What a kept history and a seed promise: the same again.</summary>
public sealed class HistoryFileTests
{
    public static TheoryData<string> Kinds => [.. typeof(Entry).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Entry)))
        .Select(type => type.Name)];

    [Fact]
    public void An_entry_that_is_written_is_read_as_the_same()
    {
        Entry[] entries =
        [
            Edited(3, "/s3/r1 api", 1.25, Ending.Unknown, "t"),
            Reloaded(7, 2, wait: "workers") with { Detail = "a \"quoted\"\ndetail" },
            Answered("/s3/r1", 404, 7, 3, min: 6),
            Struck("silo-1", 4),
            new Planned("editor-1", "api path", 3, 0.5) { Start = 9, End = 9 },
        ];

        Assert.Equal(entries, entries.Select(entry => HistoryFile.Read(HistoryFile.Line(entry))));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_entry_has_a_name_in_the_file(string kind)
    {
        var names = Attribute.GetCustomAttributes(
            typeof(Entry), typeof(System.Text.Json.Serialization.JsonDerivedTypeAttribute))
            .Cast<System.Text.Json.Serialization.JsonDerivedTypeAttribute>()
            .Select(named => named.DerivedType.Name);

        Assert.Contains(kind, names);
    }

    [Fact]
    public void A_seed_gives_the_same_schedule_again_and_another_seed_another_one()
    {
        var once = Schedule.Plan(seed: 5, minutes: 2, FaultKinds.All);

        Assert.Equal(once, Schedule.Plan(seed: 5, minutes: 2, FaultKinds.All));
        Assert.NotEqual(once, Schedule.Plan(seed: 6, minutes: 2, FaultKinds.All));
        Assert.Equal(once.OrderBy(step => step.At), once);
    }

    [Fact]
    public void Only_the_chosen_kinds_of_faults_are_planned()
    {
        var faults = Schedule.Plan(seed: 1, minutes: 30, ["silos", "lock"])
            .Where(step => step.Actor is Schedule.ProcessFaults or Schedule.SessionFaults)
            .Select(step => step.What)
            .Distinct();

        Assert.Equal(["hold the lock", "kill silo", "restart silo", "stop silo"], faults.Order());
    }

    [Fact]
    public void The_command_line_is_checked()
    {
        var parsed = TortureArguments.Parse(["--minutes", "0.5", "--seed", "9", "--system", "upstream"]);

        Assert.Equal((0.5, 9, true), (parsed.Minutes, parsed.Seed, parsed.IsUpstream));
        Assert.Throws<ArgumentException>(() => TortureArguments.Parse(["--faults", "earthquake"]));
        Assert.Equal(
            ["promote and lose"],
            Schedule.Plan(5, 2, TortureArguments.Parse(["--faults", "promote and lose"]).Faults)
                .Where(step => step.Actor == Schedule.Promoter).Select(step => step.What));
        Assert.Throws<ArgumentException>(() => TortureArguments.Parse(["--minutes", "0"]));
        Assert.Throws<ArgumentException>(() => TortureArguments.Parse(["--speed", "1"]));
    }
}
