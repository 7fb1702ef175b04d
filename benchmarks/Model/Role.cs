namespace EndpointSync.Bench.Model;

/// <summary>What a row stands for.</summary>
internal enum Role
{
    /// <summary>What EndpointSync does.</summary>
    Ours,

    /// <summary>The least that the same can cost.</summary>
    Floor,

    /// <summary>Another way to do the same.</summary>
    Rival,

    /// <summary>A part of another row, for reading only.</summary>
    Part,
}
