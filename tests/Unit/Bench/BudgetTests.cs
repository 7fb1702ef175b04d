using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Bench.Reports;

namespace EndpointSync.Tests.Unit.Bench;

public sealed class BudgetTests
{
    private readonly Case _case = new("case", null);

    [Theory]
    [InlineData(150, "Kept")]
    [InlineData(151, "WithinNoise")]
    [InlineData(179, "WithinNoise")]
    [InlineData(181, "Missed")]
    public void A_ratio_is_kept_to_its_limit_and_missed_beyond_its_margin(int measured, string verdict)
    {
        var ours = Timed(_case.Ours("ours"), measured);
        var floor = Timed(_case.Floor("floor"), 100);

        Assert.Equal(verdict, Budget.Ratio(ours, floor, atMost: 1.5, margin: 0.2).Verdict.ToString());
    }

    [Fact]
    public void A_budget_is_judged_by_what_was_measured_after_it_was_made()
    {
        var ours = _case.Ours("ours");
        var budget = Budget.Time(ours, TimeSpan.FromMilliseconds(10), margin: 0);

        Timed(ours, 10);

        Assert.Equal(Verdict.Kept, budget.Verdict);
    }

    [Fact]
    public void What_was_not_measured_is_missed()
    {
        var ours = _case.Ours("ours");

        Assert.Equal(Verdict.Missed, Budget.Time(ours, TimeSpan.FromDays(1), margin: 1).Verdict);
        Assert.Equal(Verdict.Missed, Budget.Count(ours, "errors", atMost: 1000).Verdict);
    }

    [Fact]
    public void A_count_of_none_allows_none()
    {
        var ours = _case.Ours("ours");
        ours.Tally("errors", 0);
        var budget = Budget.Count(ours, "errors", atMost: 0);
        Assert.Equal(Verdict.Kept, budget.Verdict);

        ours.Tally("errors", 1);

        Assert.Equal(Verdict.Missed, budget.Verdict);
    }

    [Fact]
    public void A_budget_of_the_slowest_is_judged_by_the_99th_percentile()
    {
        var ours = _case.Ours("ours");
        Enumerable.Range(1, 100).ToList().ForEach(milliseconds => Timed(ours, milliseconds));

        Assert.Equal(Verdict.Kept, Budget.Time(ours, TimeSpan.FromMilliseconds(51), margin: 0).Verdict);
        Assert.Equal(Verdict.Missed, Budget.Time(ours, TimeSpan.FromMilliseconds(99), margin: 0, Statistic.Percentile99).Verdict);
    }

    [Theory]
    [InlineData(240, "KnownMiss")]
    [InlineData(241, "Missed")]
    [InlineData(149, "Kept")]
    public void A_budget_that_is_known_to_be_missed_is_missed_beyond_what_is_known(int measured, string verdict)
    {
        var ours = Timed(_case.Ours("ours"), measured);
        var floor = Timed(_case.Floor("floor"), 100);

        Assert.Equal(verdict, Budget.Ratio(ours, floor, atMost: 1.5, margin: 0.2).KnownToCome(2).Verdict.ToString());
    }

    [Fact]
    public void A_known_miss_says_what_is_known()
    {
        var ours = Timed(_case.Ours("reload"), 21);
        var floor = Timed(_case.Floor("query"), 10);

        Assert.Equal(
            "known   case: reload, beside query: 2.10 x, at most 1.50 x (noise margin 20 %), known to come to 2.00 x",
            BudgetList.Line(Budget.Ratio(ours, floor, atMost: 1.5, margin: 0.2).KnownToCome(2)));
    }

    [Fact]
    public void A_missed_budget_says_which_with_its_figures()
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
