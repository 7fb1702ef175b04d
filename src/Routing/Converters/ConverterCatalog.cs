using EndpointSync.Routing.Arguments;
using EndpointSync.Routing.Pieces;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Converters;

/// <summary>The converters a rule can name: Werkzeug's, with Odoo's <c>int</c>, which allows a minus sign, <c>model</c> and <c>models</c>.</summary>
internal static class ConverterCatalog
{
    public const string Default = "default";

    /// <summary>Makes a variable of a converter's name and arguments; the reason says why not.</summary>
    public static Variable? Create(string converter, string variable, ArgumentList arguments, out string reason) => converter switch
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

    // Werkzeug lets these take any argument and heeds none.
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
