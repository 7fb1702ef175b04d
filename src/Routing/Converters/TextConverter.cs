using System.Numerics;
using EndpointSync.Routing.Arguments;
using EndpointSync.Routing.Pieces;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Converters;

/// <summary>
/// Makes variables of <c>string</c>, with <c>minlength</c>, <c>maxlength</c> and <c>length</c> in code points.
/// </summary>
internal static class TextConverter
{
    // Beyond the repeat limit of Python's regular expressions.
    private static readonly BigInteger TooLong = uint.MaxValue;

    public static Variable? Create(string name, ArgumentList arguments, out string reason)
    {
        reason = "";
        if (arguments == ArgumentList.Empty)
        {
            return new(name, TextPiece.Default, RouteValueKind.Text);
        }

        if (!arguments.TryBind(["minlength", "maxlength", "length"], out var bound, out reason))
        {
            return null;
        }

        var piece = IsGiven(bound[2]) ? Exactly(bound[2], ref reason) : Between(bound[0], bound[1], ref reason);
        return reason == "" ? new(name, piece, RouteValueKind.Text) : null;
    }

    private static TextPiece Exactly(ArgumentValue? argument, ref string reason)
    {
        var length = Length(argument, "length", ref reason);
        return new(Clamp(length), Clamp(length), $"string {length}");
    }

    private static TextPiece Between(ArgumentValue? least, ArgumentValue? most, ref string reason)
    {
        var minimum = least is null ? 1 : Length(least, "minlength", ref reason);
        var maximum = IsGiven(most) ? Length(most, "maxlength", ref reason) : (BigInteger?)null;
        if (minimum > maximum && reason == "")
        {
            reason = $"'minlength' ({minimum}) must not be greater than 'maxlength' ({maximum})";
        }

        return new(Clamp(minimum), Clamp(maximum ?? int.MaxValue), $"string {minimum},{maximum}");
    }

    private static bool IsGiven(ArgumentValue? argument) => argument is { IsNone: false };

    private static BigInteger Length(ArgumentValue? argument, string name, ref string reason)
    {
        var length = Whole(argument!) ?? -1;
        if (length < 0 || length >= TooLong)
        {
            reason = $"'{name}' must be a whole number from 0 to 4,294,967,294";
        }

        return length;
    }

    private static BigInteger? Whole(ArgumentValue argument)
    {
        if (argument.Real is { } real)
        {
            return double.IsFinite(real) ? new BigInteger(real) : null;
        }

        return argument.Text is { } text ? ArgumentReading.Integer(text) : argument.Whole;
    }

    private static int Clamp(BigInteger length) => (int)BigInteger.Clamp(length, 0, int.MaxValue);
}
