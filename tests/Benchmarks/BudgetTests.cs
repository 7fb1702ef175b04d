using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Bench.Reports;

namespace EndpointSync.Tests.Benchmarks;

public sealed class BudgetTests
{
    private readonly Case _case = new("case", null);

    [Theory]
    [InlineData(150, "Kept")]
    [InlineData(151, "WithinNoise")]
    [InlineData(179, "WithinNoise")]
    [InlineData(181, "Missed")]
    public void A_ratio_is_kept_up_to_its_limit_and_missed_beyond_its_margin(int measured, string expected)
    {
        var ours = Timed(_case.Ours("ours"), measured);
        var floor = Timed(_case.Floor("floor"), 100);

        Assert.Equal(expected, Budget.Ratio(ours, floor, atMost: 1.5, margin: 0.2).Outcome.ToString());
    }

    [Fact]
    public void A_budget_includes_what_is_measured_after_its_creation()
    {
        var ours = _case.Ours("ours");
        var budget = Budget.Time(ours, TimeSpan.FromMilliseconds(10), margin: 0);

        Timed(ours, 10);

        Assert.Equal(BudgetOutcome.Kept, budget.Outcome);
    }

    [Fact]
    public void A_budget_without_measurements_is_missed()
    {
        var ours = _case.Ours("ours");

        Assert.Equal(BudgetOutcome.Missed, Budget.Time(ours, TimeSpan.FromDays(1), margin: 1).Outcome);
        Assert.Equal(BudgetOutcome.Missed, Budget.Count(ours, "errors", atMost: 1000).Outcome);
    }

    [Fact]
    public void A_count_budget_of_zero_allows_no_occurrence()
    {
        var ours = _case.Ours("ours");
        ours.Tally("errors", 0);
        var budget = Budget.Count(ours, "errors", atMost: 0);
        Assert.Equal(BudgetOutcome.Kept, budget.Outcome);

        ours.Tally("errors", 1);

        Assert.Equal(BudgetOutcome.Missed, budget.Outcome);
    }

    [Fact]
    public void A_budget_for_the_slowest_runs_uses_the_99th_percentile()
    {
        var ours = _case.Ours("ours");
        Enumerable.Range(1, 100).ToList().ForEach(milliseconds => Timed(ours, milliseconds));

        Assert.Equal(BudgetOutcome.Kept, Budget.Time(ours, TimeSpan.FromMilliseconds(51), margin: 0).Outcome);
        Assert.Equal(
            BudgetOutcome.Missed,
            Budget.Time(ours, TimeSpan.FromMilliseconds(99), margin: 0, Statistic.Percentile99).Outcome);
    }

    [Theory]
    [InlineData(240, "KnownMiss")]
    [InlineData(241, "Missed")]
    [InlineData(149, "Kept")]
    public void A_known_miss_becomes_a_miss_beyond_the_known_ratio(int measured, string expected)
    {
        var ours = Timed(_case.Ours("ours"), measured);
        var floor = Timed(_case.Floor("floor"), 100);

        Assert.Equal(expected, Budget.Ratio(ours, floor, atMost: 1.5, margin: 0.2).KnownToCome(2).Outcome.ToString());
    }

    [Fact]
    public void A_known_miss_prints_the_known_ratio()
    {
        var ours = Timed(_case.Ours("reload"), 21);
        var floor = Timed(_case.Floor("query"), 10);

        Assert.Equal(
            "known   case: reload, beside query: 2.10 x, at most 1.50 x (noise margin 20 %), known to come to 2.00 x",
            BudgetList.Line(Budget.Ratio(ours, floor, atMost: 1.5, margin: 0.2).KnownToCome(2)));
    }

    [Fact]
    public void A_missed_budget_prints_its_name_and_figures()
    {
        var ours = Timed(_case.Ours("reload"), 42);
        var floor = Timed(_case.Floor("query"), 10);

        Assert.Equal(
            "MISSED  case: reload, beside query: 4.20 x, at most 1.50 x (noise margin 20 %)",
            BudgetList.Line(Budget.Ratio(ours, floor, atMost: 1.5, margin: 0.2)));
    }

    private static Row Timed(Row row, int milliseconds)
    {
        row.Times.Add(TimeSpan.FromMilliseconds(milliseconds));
        return row;
    }
}
