using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking.Rules;

/// <summary>Silos write routes only under the lock, and each version has a transaction of its own.</summary>
internal sealed class OneWriterRule : IRule
{
    private const string Name = "one writer";

    public IEnumerable<Violation> Check(History history) => history.Of<UnlockedWriteSeen>()
        .Select(seen => Violation.Of(
            Name, $"backend {seen.ProcessId} of {seen.Application} wrote routes without the lock", seen))
        .Concat(history.Of<VersionSeen>()
            .Where(seen => seen.Transaction.Length > 0)
            .DistinctBy(seen => (seen.Timeline, seen.Version))
            .GroupBy(seen => (seen.Timeline, seen.Transaction))
            .Where(shared => shared.Skip(1).Any())
            .Select(shared => Violation.Of(
                Name, $"{shared.Count()} versions share the transaction {shared.Key.Transaction}",
                shared.Take(2).Select(seen => seen.OnlySlot(-1)))));
}
