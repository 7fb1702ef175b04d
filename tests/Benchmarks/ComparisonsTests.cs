using EndpointSync.Bench;

namespace EndpointSync.Tests.Benchmarks;

public sealed class ComparisonsTests
{
    [Fact]
    public void Without_a_name_everything_runs_except_comparisons_on_request()
    {
        var names = NamesOf(isQuick: false);

        Assert.Contains("registries", names);
        Assert.DoesNotContain("soak", names);
    }

    [Fact]
    public void A_quick_run_without_a_name_selects_what_any_machine_can_measure()
    {
        var names = NamesOf(isQuick: true);

        Assert.Contains("idle", names);
        Assert.DoesNotContain("registries", names);
    }

    [Fact]
    public void A_name_selects_one_comparison_or_all_that_share_its_first_word()
    {
        Assert.Equal(["soak"], NamesOf(isQuick: true, "soak"));
        Assert.Equal(
            ["match-path", "match-static", "match-number", "match-miss", "match-method"],
            NamesOf(isQuick: false, "match"));
        Assert.Equal(["match-miss"], NamesOf(isQuick: false, "match-miss"));
    }

    [Fact]
    public void Unknown_names_are_reported()
    {
        Comparisons.Of(["idle", "idl", "match-"], isQuick: false, out var unknown);

        Assert.Equal(["idl", "match-"], unknown);
    }

    private static IEnumerable<string> NamesOf(bool isQuick, params string[] names)
    {
        var found = Comparisons.Of(names, isQuick, out var unknown);
        Assert.Empty(unknown);
        return found.Select(comparison => comparison.Name);
    }
}
