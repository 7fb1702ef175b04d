using System.Numerics;
using EndpointSync.Routing.Arguments;
using EndpointSync.Routing.Checks;
using EndpointSync.Routing.Pieces;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Converters;

/// <summary>Makes variables of <c>int</c> and <c>float</c>, with their limits.</summary>
internal static class NumberConverter
{
    // No text has this length: the variable matches, and its value is always refused.
    private const int NoLength = -1;

    public static Variable? CreateInteger(string name, ArgumentList arguments, out string reason)
    {
        if (!arguments.TryBind(["fixed_digits", "min", "max", "signed"], out var bound, out reason)
            || !AreNumbers(bound[1], bound[2], out reason))
        {
            return null;
        }
        // Odoo's int already allows a sign. With 'signed' it allows a second sign, and then refuses the value.
        var signed = bound[3] is { IsTruthy: true };
        var digits = FixedDigits(bound[0]);
        var minimum = Bounds.OfInteger(bound[1], isMinimum: true);
        var maximum = Bounds.OfInteger(bound[2], isMinimum: false);
        var check = signed || digits is not null || minimum is not null || maximum is not null
            ? new IntegerCheck(digits, minimum, maximum)
            : null;
        return new(
            name, signed
                ? new IntegerPiece(2)
                : IntegerPiece.Default, RouteValueKind.Whole, Variable.NumberWeight, check);
    }

    public static Variable? CreateFloat(string name, ArgumentList arguments, out string reason)
    {
        if (!arguments.TryBind(["min", "max", "signed"], out var bound, out reason)
            || !AreNumbers(bound[0], bound[1], out reason))
        {
            return null;
        }

        var minimum = Bounds.OfFloat(bound[0], isMinimum: true);
        var maximum = Bounds.OfFloat(bound[1], isMinimum: false);
        var check = minimum is not null || maximum is not null ? new FloatCheck(minimum, maximum) : null;
        return new(
            name, new FloatPiece(
                bound[2] is { IsTruthy: true } ? 1 : 0), RouteValueKind.Real, Variable.NumberWeight, check);
    }

    private static bool AreNumbers(ArgumentValue? minimum, ArgumentValue? maximum, out string reason)
    {
        reason = minimum?.Text is null && maximum?.Text is null ? "" : "'min' and 'max' must be numbers";
        return reason == "";
    }

    private static int? FixedDigits(ArgumentValue? argument)
    {
        if (argument is not { IsTruthy: true })
        {
            return null;
        }

        var digits = argument.Real is { } real && double.IsInteger(real) ? new BigInteger(real) : argument.Whole;
        return digits is { } length && length > 0 && length <= int.MaxValue ? (int)length : NoLength;
    }
}
