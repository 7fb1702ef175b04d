namespace EndpointSync.Grains.Idempotency;

/// <summary>One run of a request with an idempotency key.</summary>
/// <param name="Principal">Who asks. Keys of different callers are different.</param>
/// <param name="Key">The key that the caller chose.</param>
/// <param name="Fingerprint">The SHA-256 of all that makes a request another one.</param>
/// <param name="Run">Tells this run from another one with the same key.</param>
/// <param name="Silo">The silo that runs it.</param>
internal sealed record IdempotentRequest(string Principal, string Key, byte[] Fingerprint, Guid Run, string Silo);

/// <summary>An answer that is given again.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">The headers that belong to the answer.</param>
/// <param name="Body">The body.</param>
internal sealed record StoredAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>What is to be done with a request that has a key.</summary>
internal enum KeyState
{
    /// <summary>It is the first one. Run it.</summary>
    First,

    /// <summary>The first one has been answered.</summary>
    Answered,

    /// <summary>The first one is still running.</summary>
    Running,

    /// <summary>Nobody knows whether the first one did anything.</summary>
    Unknown,

    /// <summary>The key belongs to another request.</summary>
    Reused,
}

/// <summary>What the store has of a key.</summary>
/// <param name="State">What is to be done.</param>
/// <param name="Silo">The silo that ran the first request.</param>
/// <param name="Answer">Its answer, if it has one.</param>
internal sealed record KnownKey(KeyState State, string Silo, StoredAnswer? Answer = null);
