using System.Text.Json.Serialization;

namespace EndpointSync;

/// <summary>
/// The number of one route table of a registry: 0 before the first sync, and larger with each change of the routes. It
/// is one more, unless the database lost a version that was served.
/// </summary>
/// <param name="Value">The number; it is never negative and never goes back.</param>
[JsonConverter(typeof(RouteVersionJsonConverter))]
public readonly record struct RouteVersion(long Value) : IComparable<RouteVersion>
{
    /// <summary>The version of a registry before its first sync.</summary>
    public static RouteVersion None => default;

    /// <summary>The version that follows this one.</summary>
    public RouteVersion Next => new(Value + 1);

    /// <inheritdoc />
    public int CompareTo(RouteVersion other) => Value.CompareTo(other.Value);

    /// <summary>The number in decimal digits.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether <paramref name="left"/> is older than <paramref name="right"/>.</summary>
    public static bool operator <(RouteVersion left, RouteVersion right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> is newer than <paramref name="right"/>.</summary>
    public static bool operator >(RouteVersion left, RouteVersion right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> is not newer than <paramref name="right"/>.</summary>
    public static bool operator <=(RouteVersion left, RouteVersion right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> is not older than <paramref name="right"/>.</summary>
    public static bool operator >=(RouteVersion left, RouteVersion right) => left.Value >= right.Value;
}
