using EndpointSync.Tests.Torture.Mutants;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Unit.Torture;

/// <summary>The patches of the deliberate faults fit the code as it is, so that they can be run at any time.</summary>
public sealed class MutantTests
{
    public static TheoryData<string> Names => [.. Mutant.All.Select(mutant => mutant.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_mutant_can_be_applied_and_says_what_is_wrong(string name)
    {
        var mutant = Mutant.All.Single(mutant => mutant.Name == name);
        var root = RepositoryRoot.Find(AppContext.BaseDirectory)!;

        var check = await CommandLine.RunAsync(
            ["git", "apply", "--check", mutant.Path], root, CancellationToken.None);

        Assert.True(check.Succeeded, check.Output);
        Assert.EndsWith(".", mutant.What, StringComparison.Ordinal);
        Assert.InRange(mutant.Minutes, 0.1, 5);
    }
}
