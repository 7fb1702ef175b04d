using EndpointSync.Routing.Pieces;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Overlaps;

/// <summary>Decides whether two parts of the same weight can match the same text. In doubt, they can.</summary>
internal static class PartMeeting
{
    private const string Uuid = "00000000-0000-0000-0000-000000000000";

    public static bool CanMeet(PartShape left, PartShape right) => (left.Single, right.Single) switch
    {
        (null, _) or (_, null) => true,
        (ChoicePiece choice, var other) => choice.Items.Any(item => other.MatchesAll(item)),
        (var other, ChoicePiece choice) => choice.Items.Any(item => other.MatchesAll(item)),
        (UuidPiece, var other) => other.MatchesAll(Uuid),
        (var other, UuidPiece) => other.MatchesAll(Uuid),
        (FloatPiece, IntegerPiece) or (IntegerPiece, FloatPiece) => false,
        _ => true,
    };
}
