using System.Globalization;

namespace EndpointSync.Local.Postgres;

/// <summary>The port of a server for which none was asked: that of its last start while it is free, so that connection strings noted down stay true.</summary>
internal static class ServerPort
{
    public static int Pick(ServerFolder folder) =>
        File.Exists(folder.Port) && int.TryParse(File.ReadAllText(folder.Port), CultureInfo.InvariantCulture, out var last) && LoopbackPort.IsFree(last)
            ? last
            : LoopbackPort.PickFree();

    public static void Remember(ServerFolder folder, int port) =>
        File.WriteAllText(folder.Port, port.ToString(CultureInfo.InvariantCulture));
}
