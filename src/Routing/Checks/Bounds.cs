using System.Numerics;
using EndpointSync.Routing.Arguments;

namespace EndpointSync.Routing.Checks;

/// <summary>
/// Turns the arguments <c>min</c> and <c>max</c> into limits with exactly Python's comparison results.
/// </summary>
internal static class Bounds
{
    /// <summary>The limit for whole numbers; a fraction is rounded towards the accepted numbers.</summary>
    public static BigInteger? OfInteger(ArgumentValue? argument, bool isMinimum)
    {
        if (argument?.Real is not { } real)
        {
            return argument?.Whole;
        }

        if (double.IsNaN(real))
        {
            return null;
        }

        return double.IsInfinity(real)
            ? IntegerCheck.Infinity
            : new BigInteger(isMinimum ? Math.Ceiling(real) : Math.Floor(real));
    }

    /// <summary>
    /// The limit for numbers with a fraction; a whole number between two doubles becomes the nearest accepted double.
    /// </summary>
    public static double? OfFloat(ArgumentValue? argument, bool isMinimum)
    {
        if (argument?.Whole is not { } whole)
        {
            return argument?.Real is { } real && !double.IsNaN(real) ? real : null;
        }

        var near = (double)whole;
        if (double.IsInfinity(near))
        {
            return isMinimum ? near : double.MaxValue;
        }

        if (isMinimum)
        {
            return (BigInteger)near < whole ? Math.BitIncrement(near) : near;
        }

        return (BigInteger)near > whole ? Math.BitDecrement(near) : near;
    }
}
