using EndpointSync.Bench;

namespace EndpointSync.Tests.Unit.Bench;

public sealed class ComparisonsTests
{
    [Fact]
    public void Without_a_name_all_run_but_those_on_request()
    {
        var names = NamesOf(isQuick: false);

        Assert.Contains("registries", names);
        Assert.DoesNotContain("soak", names);
    }

    [Fact]
    public void A_quick_run_without_a_name_has_what_can_be_judged_on_any_machine()
    {
        var names = NamesOf(isQuick: true);

        Assert.Contains("idle", names);
        Assert.DoesNotContain("registries", names);
    }

    [Fact]
    public void A_name_is_that_of_one_or_the_first_word_of_several()
    {
        Assert.Equal(["soak"], NamesOf(isQuick: true, "soak"));
        Assert.Equal(["match-path", "match-static", "match-number", "match-miss", "match-method"], NamesOf(isQuick: false, "match"));
        Assert.Equal(["match-miss"], NamesOf(isQuick: false, "match-miss"));
    }

    [Fact]
    public void A_name_that_nothing_has_is_told()
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
