using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking.Rules;

/// <summary>
/// A foreign writer has rows of its own, so whoever makes its transaction fail or wait is the subject. It succeeds
/// within Odoo's five retries and does not wait longer than stated, unless the database itself was struck.
/// </summary>
internal sealed class ForeignWritersRule : IRule
{
    /// <summary>
    /// How long a foreign transaction may take, in seconds: a silo that freezes loses its locks after one, and the rest
    /// is for a busy machine.
    /// </summary>
    public const double Longest = 10;

    private const string Name = "foreign writers are left in peace";

    // Serialization, deadlock, a lock that was not available, a unique key.
    private static readonly string[] Conflicts = ["40001", "40P01", "55P03", "23505"];

    public IEnumerable<Violation> Check(History history)
    {
        foreach (var write in history.Of<ForeignTransaction>())
        {
            if (Conflicts.Contains(write.SqlState))
            {
                yield return Violation.Of(
                    Name, $"{write.Writer} failed with {write.SqlState} after {write.Retries} retries: {write.What}",
                    write);
            }
            else if (write.End - write.Start > Longest && !history.IsStruck(Fault.Database, write.Start, write.End))
            {
                yield return Violation.Of(
                    Name, $"{write.Writer} waited {write.End - write.Start:0.0} s: {write.What}", write);
            }
        }
    }
}
