using EndpointSync.Routing.Checks;
using EndpointSync.Routing.Pieces;

namespace EndpointSync.Routing.Rules;

/// <summary>A variable of a rule: what its text looks like, what becomes of it, and how it weighs in the order of rules.</summary>
/// <param name="Name">The name in the rule.</param>
/// <param name="Piece">What its text looks like.</param>
/// <param name="Kind">What the text becomes.</param>
/// <param name="Weight">Lighter variables are tried first.</param>
/// <param name="Check">What the value must fulfil besides, if anything.</param>
internal sealed record Variable(string Name, Piece Piece, RouteValueKind Kind, int Weight = Variable.NormalWeight, ValueCheck? Check = null)
{
    public const int NormalWeight = 100;

    public const int NumberWeight = 50;

    public const int PathWeight = 200;

    /// <summary>Whether the variable may take slashes, and with them all of the path that is left.</summary>
    public bool TakesSlashes => Piece is PathPiece;
}
