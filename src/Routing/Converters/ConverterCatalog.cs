using EndpointSync.Routing.Arguments;
using EndpointSync.Routing.Pieces;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Converters;

/// <summary>
/// The converters that a rule can name: Werkzeug's, and Odoo's <c>model</c>, <c>models</c> and its <c>int</c>, which
/// allows a minus sign.
/// </summary>
internal static class ConverterCatalog
{
    public const string Default = "default";

    /// <summary>
    /// Makes a variable from a converter's name and arguments; null with the reason if they are invalid.
    /// </summary>
    public static Variable? Create(string converter, string variable, ArgumentList arguments, out string reason) =>
        converter switch
        {
            Default or "string" => TextConverter.Create(variable, arguments, out reason),
            "any" => ChoiceConverter.Create(variable, arguments, out reason),
            "int" => NumberConverter.CreateInteger(variable, arguments, out reason),
            "float" => NumberConverter.CreateFloat(variable, arguments, out reason),
            "model" or "models" => IdConverter.Create(variable, arguments, converter == "models", out reason),
            "path" => Plain(new(variable, PathPiece.Instance, RouteValueKind.Text, Variable.PathWeight), out reason),
            "uuid" => Plain(new(variable, UuidPiece.Instance, RouteValueKind.Uuid), out reason),
            _ => Unknown(converter, out reason),
        };

    // Werkzeug accepts any argument for these converters and ignores it.
    private static Variable Plain(Variable variable, out string reason)
    {
        reason = "";
        return variable;
    }

    private static Variable? Unknown(string converter, out string reason)
    {
        reason = $"there is no converter '{converter}'";
        return null;
    }
}
