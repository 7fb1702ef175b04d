using System.Text.Json.Serialization;

namespace EndpointSync.Tests.Torture.Histories;

/// <summary>
/// One line of a history: something that was done, answered or seen. Times are seconds since the run began.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(RunStarted), "run")]
[JsonDerivedType(typeof(Planned), "planned")]
[JsonDerivedType(typeof(Edit), "edit")]
[JsonDerivedType(typeof(Reload), "reload")]
[JsonDerivedType(typeof(WorkerAnswer), "answer")]
[JsonDerivedType(typeof(WorkerLife), "worker")]
[JsonDerivedType(typeof(ForeignTransaction), "foreign")]
[JsonDerivedType(typeof(VersionSeen), "version")]
[JsonDerivedType(typeof(FlagSeen), "flag")]
[JsonDerivedType(typeof(UnlockedWriteSeen), "unlocked")]
[JsonDerivedType(typeof(AuditRow), "audit")]
[JsonDerivedType(typeof(ServerMessage), "message")]
[JsonDerivedType(typeof(Fault), "fault")]
[JsonDerivedType(typeof(Promotion), "promotion")]
[JsonDerivedType(typeof(Rest), "rest")]
internal abstract record Entry
{
    /// <summary>When it began.</summary>
    public double Start { get; init; }

    /// <summary>When it was over.</summary>
    public double End { get; init; }

    /// <summary>Whether it was going on at some moment of a span.</summary>
    public bool Overlaps(double from, double to) => Start <= to && End >= from;
}
