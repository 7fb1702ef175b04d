using System.Numerics;
using EndpointSync.Routing.Pieces;

namespace EndpointSync.Routing;

/// <summary>The value of one variable of a rule.</summary>
public readonly ref struct RouteValue
{
    internal RouteValue(string name, RouteValueKind kind, ReadOnlySpan<char> text)
    {
        (Name, Kind) = (name, kind);
        Text = text;
    }

    /// <summary>The name of the variable.</summary>
    public string Name { get; }

    /// <summary>The kind of the value.</summary>
    public RouteValueKind Kind { get; }

    /// <summary>The value's text in the path.</summary>
    public ReadOnlySpan<char> Text { get; }

    /// <summary>The whole number.</summary>
    /// <exception cref="InvalidOperationException">The value is not a whole number.</exception>
    /// <exception cref="OverflowException">The number does not fit 64 bits; use <see cref="ToBigInteger"/>.</exception>
    public long ToInt64() => DecimalText.ToInt64(TextOf(RouteValueKind.Whole))
        ?? throw new OverflowException($"The value of '{Name}' does not fit 64 bits.");

    /// <summary>The whole number, of any size.</summary>
    /// <exception cref="InvalidOperationException">The value is not a whole number.</exception>
    public BigInteger ToBigInteger() => DecimalText.ToBigInteger(TextOf(RouteValueKind.Whole));

    /// <summary>The number with a fraction; infinite if it is too large.</summary>
    /// <exception cref="InvalidOperationException">The value is not a number with a fraction.</exception>
    public double ToDouble() => DecimalText.ToDouble(TextOf(RouteValueKind.Real));

    /// <summary>The UUID.</summary>
    /// <exception cref="InvalidOperationException">The value is not a UUID.</exception>
    public Guid ToGuid() => Guid.ParseExact(TextOf(RouteValueKind.Uuid), "D");

    /// <summary>The ids, in the order of the path.</summary>
    /// <exception cref="InvalidOperationException">The value is not a list of ids.</exception>
    /// <exception cref="OverflowException">An id does not fit 64 bits.</exception>
    public IReadOnlyList<long> ToInt64List()
    {
        var ids = new List<long>();
        var text = TextOf(RouteValueKind.Ids);
        foreach (var id in text.Split(','))
        {
            ids.Add(
                DecimalText.ToInt64(text[id])
                    ?? throw new OverflowException($"An id of '{Name}' does not fit 64 bits."));
        }

        return ids;
    }

    /// <summary>
    /// The value as an object of its kind: <see cref="string"/>, <see cref="long"/> (<see cref="BigInteger"/> where 64
    /// bits are too few), <see cref="double"/>, <see cref="Guid"/> or <see cref="IReadOnlyList{T}"/> of
    /// <see cref="long"/>.
    /// </summary>
    /// <exception cref="OverflowException">An id in a list does not fit 64 bits.</exception>
    public object ToObject() => Kind switch
    {
        RouteValueKind.Whole => DecimalText.ToInt64(Text) is { } number ? (object)number : ToBigInteger(),
        RouteValueKind.Real => ToDouble(),
        RouteValueKind.Uuid => ToGuid(),
        RouteValueKind.Ids => ToInt64List(),
        _ => Text.ToString(),
    };

    private ReadOnlySpan<char> TextOf(RouteValueKind kind) =>
        Kind == kind
            ? Text
            : throw new InvalidOperationException($"The value of '{Name}' is of the kind {Kind}, not {kind}.");
}
