using EndpointSync.Routing.Checks;
using EndpointSync.Routing.Pieces;

namespace EndpointSync.Routing.Rules;

/// <summary>
/// A variable of a rule: what it matches, the kind of its value, and its weight in the order of rules.
/// </summary>
/// <param name="Name">The name in the rule.</param>
/// <param name="Piece">What the variable matches.</param>
/// <param name="Kind">The kind of the value.</param>
/// <param name="Weight">Lighter variables are tried first.</param>
/// <param name="Check">A further condition on the value; null if there is none.</param>
internal sealed record Variable(
    string Name, Piece Piece, RouteValueKind Kind, int Weight = Variable.NormalWeight, ValueCheck? Check = null)
{
    public const int NormalWeight = 100;

    public const int NumberWeight = 50;

    public const int PathWeight = 200;

    /// <summary>Whether the variable may take slashes, and so the rest of the path.</summary>
    public bool TakesSlashes => Piece is PathPiece;
}
