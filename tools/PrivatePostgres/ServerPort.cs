using System.Globalization;

namespace EndpointSync.Tools.Postgres;

/// <summary>
/// Picks the port of a server without a configured one: the port of its last start if it is free, so that saved
/// connection strings stay valid.
/// </summary>
internal static class ServerPort
{
    public static int Pick(ServerFolder folder) =>
        File.Exists(folder.Port)
        && int.TryParse(File.ReadAllText(folder.Port), CultureInfo.InvariantCulture, out var last)
        && LoopbackPort.IsFree(last)
            ? last
            : LoopbackPort.PickFree();

    public static void Remember(ServerFolder folder, int port) =>
        File.WriteAllText(folder.Port, port.ToString(CultureInfo.InvariantCulture));
}
