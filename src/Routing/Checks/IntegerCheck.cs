using System.Numerics;
using EndpointSync.Routing.Pieces;

namespace EndpointSync.Routing.Checks;

/// <summary>The inclusive limits of a whole number.</summary>
internal sealed class IntegerCheck(int? fixedDigits, BigInteger? minimum, BigInteger? maximum) : ValueCheck
{
    /// <summary>Python does not convert longer text to a number.</summary>
    public const int MostDigits = 4300;

    /// <summary>A number greater than every number that can be written.</summary>
    public static readonly BigInteger Infinity = BigInteger.Pow(10, MostDigits);

    // Clamped just outside the 64-bit range, so that every 64-bit value compares the same, without an allocation.
    private readonly Int128 _minimum = Clamp(minimum ?? long.MinValue);
    private readonly Int128 _maximum = Clamp(maximum ?? long.MaxValue);

    public static bool IsNumber(ReadOnlySpan<char> value)
    {
        var digits = value.StartsWith("-") ? value[1..] : value;
        return !digits.StartsWith("-") && (digits.Length <= MostDigits || CodePoints.Count(digits) <= MostDigits);
    }

    public override bool Accepts(ReadOnlySpan<char> value)
    {
        if (!IsNumber(value) || (fixedDigits is { } digits && CodePoints.Count(value) != digits))
        {
            return false;
        }

        return DecimalText.ToInt64(value) is { } number ? number >= _minimum && number <= _maximum : AcceptsLong(value);
    }

    private bool AcceptsLong(ReadOnlySpan<char> value)
    {
        if (minimum is null && maximum is null)
        {
            return true;
        }

        var number = DecimalText.ToBigInteger(value);
        return !(number < minimum) && !(number > maximum);
    }

    private static Int128 Clamp(BigInteger bound) =>
        (Int128)BigInteger.Clamp(bound, (BigInteger)long.MinValue - 1, (BigInteger)long.MaxValue + 1);
}
