using System.Numerics;

namespace EndpointSync.Routing.Arguments;

/// <summary>
/// A converter argument as Python reads it: exactly one of the four properties is set, or none for <c>None</c>.
/// </summary>
internal sealed record ArgumentValue
{
    public static readonly ArgumentValue None = new();

    public bool? Flag { get; init; }

    public BigInteger? Integer { get; init; }

    public double? Real { get; init; }

    public string? Text { get; init; }

    public bool IsNone => this == None;

    /// <summary>The value as a whole number, as in Python's arithmetic: true is 1 and false is 0.</summary>
    public BigInteger? Whole => Flag is { } flag ? (flag ? 1 : 0) : Integer;

    /// <summary>Whether the value is true in Python's <c>if</c>.</summary>
    public bool IsTruthy =>
        Flag ?? Integer is { IsZero: false } || Real is not null and not 0 || Text is { Length: > 0 };
}
