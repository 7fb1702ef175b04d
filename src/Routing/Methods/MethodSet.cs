namespace EndpointSync.Routing.Methods;

/// <summary>The methods that a rule answers; every method if <see cref="IsAll"/>.</summary>
internal sealed class MethodSet
{
    public static readonly MethodSet All = new() { IsAll = true };

    // One set for each combination of known methods: few are in use, and they stay in the processor's cache.
    private static readonly MethodSet[] Known =
        [.. Enumerable.Range(0, 1 << KnownMethods.Count).Select(bits => new MethodSet { Bits = (uint)bits })];

    public bool IsAll { get; private init; }

    public uint Bits { get; private init; }

    /// <summary>The methods without a bit, in upper case.</summary>
    public IReadOnlyList<string> Others { get; private init; } = [];

    /// <summary>
    /// The set that Odoo makes from declared methods: OPTIONS always, HEAD with GET; all if none is declared.
    /// </summary>
    public static MethodSet Of(IReadOnlyList<string> declared)
    {
        if (declared.Count == 0)
        {
            return All;
        }

        var bits = KnownMethods.BitOf("OPTIONS");
        var hasOthers = false;
        for (var index = 0; index < declared.Count; index++)
        {
            var bit = KnownMethods.BitOf(declared[index]);
            bits |= bit;
            hasOthers |= bit == 0;
        }

        if ((bits & KnownMethods.BitOf("GET")) != 0)
        {
            bits |= KnownMethods.BitOf("HEAD");
        }

        return hasOthers ? new() { Bits = bits, Others = OthersOf(declared) } : Known[bits];
    }

    public bool Contains(RequestMethod method) =>
        IsAll || (Bits & method.Bit) != 0 || (method.Bit == 0 && ContainsOther(method.Name));

    /// <summary>
    /// The methods of both sets, in alphabetical order; null if each has all, empty if none is shared.
    /// </summary>
    public IReadOnlyList<string>? SharedWith(MethodSet other)
    {
        if (IsAll)
        {
            return other.IsAll ? null : other.Names();
        }

        return other.IsAll ? Names() : Names(Bits & other.Bits, Others.Intersect(other.Others));
    }

    /// <summary>The methods in alphabetical order; none if it is all.</summary>
    public string[] Names() => Names(Bits, Others);

    public static string[] Names(uint bits, IEnumerable<string> others) =>
        [.. KnownMethods.Names(bits).Concat(others).Order(StringComparer.Ordinal)];

    private static string[] OthersOf(IReadOnlyList<string> declared) =>
        [
            .. declared
                .Where(method => KnownMethods.BitOf(method) == 0)
                .Select(method => method.ToUpperInvariant())
                .Distinct(),
        ];

    private bool ContainsOther(ReadOnlySpan<char> name)
    {
        for (var index = 0; index < Others.Count; index++)
        {
            if (name.Equals(Others[index], StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
