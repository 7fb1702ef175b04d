using System.Numerics;

namespace EndpointSync.Routing.Arguments;

/// <summary>A converter argument as Python would read it: exactly one of the four is set, or none for <c>None</c>.</summary>
internal sealed record ArgumentValue
{
    public static readonly ArgumentValue None = new();

    public bool? Flag { get; init; }

    public BigInteger? Integer { get; init; }

    public double? Real { get; init; }

    public string? Text { get; init; }

    public bool IsNone => this == None;

    /// <summary>The whole number that the value counts as where Python computes with it: true is 1 and false 0.</summary>
    public BigInteger? Whole => Flag is { } flag ? (flag ? 1 : 0) : Integer;

    /// <summary>Whether Python's <c>if</c> would take the value for true.</summary>
    public bool IsTruthy => Flag ?? Integer is { IsZero: false } || Real is not null and not 0 || Text is { Length: > 0 };
}
