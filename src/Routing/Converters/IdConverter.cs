using EndpointSync.Routing.Arguments;
using EndpointSync.Routing.Checks;
using EndpointSync.Routing.Pieces;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Converters;

/// <summary>
/// Makes variables of Odoo's <c>model</c> and <c>models</c>; resolving the named model is left to Odoo.
/// </summary>
internal static class IdConverter
{
    public static Variable? Create(string name, ArgumentList arguments, bool many, out string reason)
    {
        if (!arguments.TryBind(["model"], out _, out reason))
        {
            return null;
        }

        return many
            ? new(name, IdPiece.Many, RouteValueKind.Ids, Check: new IdsCheck())
            : new(name, IdPiece.One, RouteValueKind.Whole);
    }
}
