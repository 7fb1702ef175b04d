namespace EndpointSync;

/// <summary>An endpoint whose routes another writer makes wrong again and again.</summary>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="Repairs">How often its routes were repaired since.</param>
/// <param name="Since">When that began.</param>
/// <param name="Until">Until when only a reload repairs them; in the past if they are repaired at once again.</param>
/// <param name="Writer">Who made them wrong last.</param>
public sealed record Dispute(int EndpointId, int Repairs, DateTimeOffset Since, DateTimeOffset Until, ForeignWriter Writer);
