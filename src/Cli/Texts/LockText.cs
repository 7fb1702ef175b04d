using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Texts;

/// <summary>Describes the holder of a registry's lock.</summary>
internal static class LockText
{
    public static string Holder(LockHolder holder)
    {
        var backend = holder.ProcessId == 0
            ? "a prepared transaction"
            : $"backend {holder.ProcessId} of role '{holder.Role}'";
        var client = holder.Client is { } address ? $", from {address}" : "";
        return $"held by {backend}, application '{holder.Application}'{client}";
    }

    public static string Held(LockHolder holder)
    {
        var since = holder.SinceFirstSeen ? "first seen by this silo" : "in a transaction since";
        var state = holder.State is { } words ? $", {words}" : "";
        return $"for {Columns.Seconds(holder.Held)}{(holder.SinceFirstSeen ? " or longer" : "")}, "
            + $"{since} {Columns.Text(holder.Since)}{state}";
    }
}
