using System.Reflection;
using EndpointSync.Core;
using EndpointSync.Grains.Sync;
using EndpointSync.Wire;
using Orleans.Services;

namespace EndpointSync.Tests.Unit.Architecture;

/// <summary>
/// Everything that crosses a process has an identity of its own, which says what it is and not where it is declared. So
/// no type that moves or gets another name breaks a peer.
/// </summary>
public sealed class PinnedWireTests
{
    private const string Prefix = "endpointsync.";

    private static readonly Type[] Ours =
    [
        .. new[] { typeof(ReloadReceipt), typeof(ReloadGate), typeof(SyncSession) }
            .SelectMany(type => type.Assembly.GetTypes())
            .Where(IsDeclared),
    ];

    public static TheoryData<string> Messages =>
        Names(Ours.Where(type => type.IsDefined(typeof(GenerateSerializerAttribute))));

    public static TheoryData<string> Interfaces =>
        Names(Ours.Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)));

    public static TheoryData<string> Grains =>
        Names(Ours.Where(type => type is { IsClass: true, IsAbstract: false } && typeof(Grain).IsAssignableFrom(type)));

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_has_an_alias_and_each_of_its_members_an_id(string name)
    {
        var type = Find(name);

        AssertPinned(type, type.GetCustomAttribute<AliasAttribute>()?.Alias);
        if (type.IsEnum)
        {
            return;
        }

        var members = type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .Where(
                property => property.GetSetMethod(nonPublic: true) is not null
                    && !typeof(Exception).IsAssignableFrom(type)).ToList();
        Assert.All(
            members,
            member => Assert.True(member.IsDefined(typeof(IdAttribute)), $"{type.Name}.{member.Name} has no [Id]"));
        var ids = members.Select(member => member.GetCustomAttribute<IdAttribute>()!.Id).ToList();
        Assert.Equal(ids.Distinct().Count(), ids.Count);
    }

    [Theory]
    [MemberData(nameof(Interfaces))]
    public void A_grain_interface_and_each_of_its_methods_has_an_identity_of_its_own(string name)
    {
        var type = Find(name);

        AssertPinned(type, type.GetCustomAttribute<AliasAttribute>()?.Alias);
        Assert.Equal(
            type.GetCustomAttribute<AliasAttribute>()!.Alias,
            type.GetCustomAttribute<GrainInterfaceTypeAttribute>()?.GetGrainInterfaceType(null!, type).ToString());
        Assert.All(
            type.GetMethods(),
            method => Assert.True(
                method.IsDefined(typeof(AliasAttribute)), $"{type.Name}.{method.Name} has no [Alias]"));
    }

    [Theory]
    [MemberData(nameof(Interfaces))]
    public void What_a_grain_interface_sends_and_returns_is_a_pinned_message(string name)
    {
        var sent = Find(name).GetMethods()
            .SelectMany(
                method => method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType))
            .SelectMany(WithArguments)
            .Where(
                type => type.Namespace?.StartsWith("EndpointSync", StringComparison.Ordinal) == true
                    && !typeof(IAddressable).IsAssignableFrom(type));

        Assert.All(
            sent,
            type => Assert.True(
                type.IsDefined(typeof(GenerateSerializerAttribute)) || HasSurrogate(type),
                $"{type.FullName} is sent by {name} and not pinned"));
    }

    [Theory]
    [MemberData(nameof(Grains))]
    public void A_grain_has_a_type_of_its_own(string name)
    {
        var type = Find(name);

        AssertPinned(type, type.GetCustomAttribute<GrainTypeAttribute>()?.GetGrainType(null!, type).ToString());
    }

    [Fact]
    public void No_two_types_have_one_alias()
    {
        var aliases = Ours.Select(type => type.GetCustomAttribute<AliasAttribute>()?.Alias).OfType<string>().ToList();

        Assert.Equal(aliases.Distinct(StringComparer.Ordinal), aliases);
    }

    // Orleans makes the identity of a grain service from its interface's full name, and has no attribute for it.
    [Fact]
    public void The_interface_of_the_grain_service_keeps_its_full_name()
    {
        var services = Ours.Where(type => type.IsInterface && typeof(IGrainService).IsAssignableFrom(type));

        Assert.Equal(
            ["EndpointSync.Wire.IClientDirectory", "EndpointSync.Wire.IRouteTableService"],
            services.Select(type => type.FullName));
    }

    [Theory]
    [InlineData(typeof(IEndpointSyncGrain), "endpointsync.coordinator")]
    [InlineData(typeof(IGatewayEntryGrain), "endpointsync.gateway-entry")]
    [InlineData(typeof(IRouteSubscriber), "endpointsync.route-subscriber")]
    public void The_identities_that_peers_know_stay(Type type, string identity) =>
        Assert.Equal(identity, type.GetCustomAttribute<AliasAttribute>()!.Alias);

    // Types that workers share know nothing of Orleans; each has a pinned type that is sent in its place.
    private static bool HasSurrogate(Type type) => Ours.SelectMany(converter => converter.GetInterfaces()).Any(
        implemented => implemented.IsGenericType && implemented.GetGenericTypeDefinition() == typeof(IConverter<,>)
            && implemented.GenericTypeArguments[0] == type
            && implemented.GenericTypeArguments[1].IsDefined(typeof(GenerateSerializerAttribute)));

    private static void AssertPinned(Type type, string? identity)
    {
        Assert.True(identity is not null, $"{type.FullName} has no identity of its own");
        Assert.StartsWith(Prefix, identity, StringComparison.Ordinal);
    }

    private static IEnumerable<Type> WithArguments(Type type) =>
        type.GetGenericArguments().SelectMany(WithArguments).Append(type);

    private static bool IsDeclared(Type type) =>
        type.Namespace?.StartsWith("EndpointSync", StringComparison.Ordinal) == true && !type.IsNested;

    private static Type Find(string name) => Ours.Single(type => type.FullName == name);

    private static TheoryData<string> Names(IEnumerable<Type> types) => [.. types.Select(type => type.FullName!)];
}
