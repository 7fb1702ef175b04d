using System.Globalization;
using System.Reflection;
using EndpointSync.Core;
using EndpointSync.Grains.Sync;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Unit.Upgrades;

/// <summary>
/// Everything that crosses a process, a line for each part: grains, their messages, and the worker protocol.
/// </summary>
internal static class WireLines
{
    private static readonly Type[] FeedTypes = [typeof(FeedHead), typeof(FeedLine), typeof(FeedNewest)];

    private static readonly Type[] Ours =
    [
        .. new[] { typeof(ReloadReceipt), typeof(ReloadGate), typeof(SyncSession) }
            .SelectMany(type => type.Assembly.GetTypes())
            .Where(type => type.IsDefined(typeof(AliasAttribute))),
    ];

    public static IReadOnlyList<string> Now() =>
    [
        .. Ours.Where(type => type.IsInterface).SelectMany(Calls)
            .Concat(Ours.Where(type => !type.IsInterface).SelectMany(Members))
            .Concat(FeedTypes.SelectMany(Feed))
            .Concat(Question())
            .Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> Calls(Type type) => type.GetMethods().Select(method =>
        $"grain {AliasOf(type)} {method.GetCustomAttribute<AliasAttribute>()?.Alias}("
        + string.Join(", ", method.GetParameters().Select(parameter => NameOf(parameter.ParameterType)))
        + $") {NameOf(method.ReturnType)}");

    private static IEnumerable<string> Members(Type type) => type.IsEnum
        ? Enum.GetValues(type).Cast<object>()
            .Select(value => $"enum {AliasOf(type)} {Convert.ToInt64(value, CultureInfo.InvariantCulture)} {value}")
        : type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .Where(property => property.IsDefined(typeof(IdAttribute)))
            .Select(property => $"message {AliasOf(type)} {property.GetCustomAttribute<IdAttribute>()!.Id} "
                + $"{NameOf(property.PropertyType)} {property.Name}");

    private static IEnumerable<string> Feed(Type type) => type
        .GetProperties(BindingFlags.Instance | BindingFlags.Public)
        .Where(property => property.CanWrite)
        .Select(property => $"feed {type.Name} {property.Name} {NameOf(property.PropertyType)}"
            + (property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute)) ? " required" : ""));

    private static IEnumerable<string> Question()
    {
        var report = new WorkerReport(
            Guid.NewGuid(), "worker", new RouteVersion(1), "a problem", new RouteTableId(new RouteVersion(2), default));
        var path = FeedProtocol.NextPath("openspp", report, TimeSpan.FromSeconds(1));
        return path.Split('?')[1].Split('&').Select(parameter => $"question {parameter.Split('=')[0]}");
    }

    private static string AliasOf(MemberInfo type) => type.GetCustomAttribute<AliasAttribute>()!.Alias;

    private static string NameOf(Type type) => type.GetCustomAttribute<AliasAttribute>()?.Alias
        ?? (type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : type.Name);
}
