using EndpointSync.Wire;

namespace EndpointSync.Silo.Gateway;

/// <summary>The grain interfaces that clients may call.</summary>
internal static class ClientInterfaces
{
    private static readonly Type[] Ours =
        [typeof(IEndpointSyncGrain), typeof(IGatewayEntryGrain), typeof(ICoordinatorLife)];

    // What Orleans' client itself calls, by name because the types are Orleans' own: it reads which grain types there
    // are, and cancels calls.
    private static readonly string[] Orleans =
    [
        "Orleans.Runtime.IClusterManifestSystemTarget", "Orleans.Runtime.IGrainCallCancellationExtension",
        "Orleans.Runtime.ICancellationSourcesExtension",
    ];

    private static readonly System.Reflection.Assembly[] OrleansAssemblies =
        [typeof(IClusterClient).Assembly, typeof(GrainId).Assembly];

    public static bool Contains(Type type) =>
        Ours.Contains(type)
        || (OrleansAssemblies.Contains(type.Assembly) && Orleans.Contains(type.FullName, StringComparer.Ordinal));
}
