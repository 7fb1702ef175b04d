namespace EndpointSync.Grains.Sync.Statements;

/// <summary>An operator's order to give the next version to one ring of workers after the other.</summary>
/// <param name="Id">Names the order, so that a silo that repeats it finds it carried out.</param>
/// <param name="Rings">The rings in their order; at least one.</param>
/// <param name="Hold">How long each is watched.</param>
/// <param name="AbortOn">The rules that take the version back.</param>
/// <param name="By">Who asks.</param>
internal sealed record RolloutOrder(
    Guid Id, IReadOnlyList<string> Rings, TimeSpan Hold, string AbortOn, string By);
