using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking.Rules;

/// <summary>None of the subject's statements ends in a conflict of transactions.</summary>
internal sealed class ConflictsRule : IRule
{
    public IEnumerable<Violation> Check(History history) => history.Of<ServerMessage>().Select(
        message => Violation.Of("no statement of ours could not serialize", message.Text, message));
}
