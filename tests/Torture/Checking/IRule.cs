namespace EndpointSync.Tests.Torture.Checking;

/// <summary>One promise, checked against a history. Rules are pure.</summary>
internal interface IRule
{
    IEnumerable<Violation> Check(History history);
}
