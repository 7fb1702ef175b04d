namespace EndpointSync.Routing.Methods;

/// <summary>The method of a request; <see cref="Bit"/> is zero for one that is not among the known.</summary>
internal readonly ref struct RequestMethod(ReadOnlySpan<char> name)
{
    public ReadOnlySpan<char> Name { get; } = name;

    public uint Bit { get; } = KnownMethods.BitOf(name);
}
