namespace EndpointSync.Routing.Methods;

/// <summary>The method of a request; <see cref="Bit"/> is zero if the method is not a known one.</summary>
internal readonly ref struct RequestMethod(ReadOnlySpan<char> name)
{
    public ReadOnlySpan<char> Name { get; } = name;

    public uint Bit { get; } = KnownMethods.BitOf(name);
}
