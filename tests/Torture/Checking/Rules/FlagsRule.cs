using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking.Rules;

/// <summary>No snapshot shows a flag whose rows are not there. Slots that others flag are not observed.</summary>
internal sealed class FlagsRule : IRule
{
    public IEnumerable<Violation> Check(History history) => history.Of<FlagSeen>().Select(seen => Violation.Of(
        "flag and routes commit together",
        $"the endpoint of slot {seen.Slot} is flagged as {seen.Declared}, and its row is {seen.Row ?? "missing"}",
        seen));
}
