using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// The number that a lock name stands for in Postgres: the first eight bytes of the name's SHA-256, big-endian and signed.
/// Every writer in any language comes to the same number without asking anybody.
/// </summary>
internal static class AdvisoryLockKey
{
    public static long Of(string lockName) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(lockName)));
}
