using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EndpointSync.Grains.Locks;

/// <summary>
/// The advisory lock's key for a lock name: the first eight bytes of the name's SHA-256, big-endian and signed. Writers
/// in any language compute the same key without coordination.
/// </summary>
internal static class AdvisoryLockKey
{
    public static long Of(string lockName) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(lockName)));
}
