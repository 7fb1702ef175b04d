using EndpointSync.Core;

namespace EndpointSync.Tests.Unit.Worker;

public sealed class SiloListTests
{
    [Fact]
    public void Silos_that_an_answer_names_are_asked_in_turn_with_those_of_the_settings()
    {
        var silos = new SiloList(["http://10.0.0.1:5080"]);

        Assert.True(silos.Learn(["http://10.0.0.2:5080/", "http://10.0.0.1:5080/"], silos.Current));
        Assert.False(silos.Learn(["http://10.0.0.2:5080/", "http://10.0.0.1:5080/"], silos.Current));

        Assert.Equal(["http://10.0.0.1:5080/", "http://10.0.0.2:5080/"], Texts(silos.FromCurrent()));
        Assert.Equal(["http://10.0.0.2:5080/", "http://10.0.0.1:5080/"], Texts(silos.FromNext()));
    }

    [Fact]
    public void A_silo_that_is_named_no_more_is_asked_no_more()
    {
        var silos = new SiloList(["http://10.0.0.1:5080"]);
        silos.Learn(["http://10.0.0.2:5080/", "http://10.0.0.3:5080/"], silos.Current);
        silos.MoveTo(silos.FromNext()[0]);

        silos.Learn(["http://10.0.0.3:5080/"], silos.Current);

        Assert.Equal(["http://10.0.0.1:5080/", "http://10.0.0.3:5080/"], Texts(silos.FromNext()).Order());
    }

    [Theory]
    [InlineData("https://silo.example.org", "http://10.0.0.2:5080/")]
    [InlineData("http://10.0.0.1:5080", "http://127.0.0.1:5080/")]
    [InlineData("http://10.0.0.1:5080", "http://localhost:5080/")]
    [InlineData("http://10.0.0.1:5080", "ftp://10.0.0.2/")]
    [InlineData("http://10.0.0.1:5080", "10.0.0.2:5080")]
    public void A_worker_sends_its_key_to_no_silo_that_is_less_protected_or_not_what_it_seems(
        string asked, string named)
    {
        var silos = new SiloList([asked]);

        Assert.False(silos.Learn([named], silos.Current));

        Assert.Equal([silos.Current], silos.FromNext());
    }

    private static IEnumerable<string> Texts(IEnumerable<Uri> silos) => silos.Select(silo => silo.ToString());
}
