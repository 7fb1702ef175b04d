namespace EndpointSync.Wire;

/// <summary>Why a rollback or the end of a pin was refused.</summary>
[GenerateSerializer, Alias("endpointsync.pin-refusal")]
internal enum PinRefusal
{
    /// <summary>It was not.</summary>
    None = 0,

    /// <summary>There is another newest version than the caller saw.</summary>
    VersionMoved = 1,

    /// <summary>There never was the version that was asked for.</summary>
    NeverMade = 2,

    /// <summary>The routes of the version that was asked for are not kept any more.</summary>
    NotKept = 3,
}

/// <summary>What became of a <see cref="PinRequest"/>.</summary>
/// <param name="Receipt">What was done. If the request was refused, nothing was, and it has the newest version.</param>
/// <param name="Refusal">Why not.</param>
[GenerateSerializer, Immutable, Alias("endpointsync.pin-answer")]
internal sealed record PinAnswer([property: Id(0)] ReloadReceipt Receipt, [property: Id(1)] PinRefusal Refusal);
