using System.Buffers.Binary;

namespace EndpointSync.Routing.Tries;

/// <summary>
/// The order of texts in which the texts below any one node of a hash trie are adjacent: by hash, its lowest
/// <see cref="Branch.Bits"/> bits first.
/// </summary>
internal static class TrieOrder
{
    /// <summary>
    /// The position of texts with a hash: the hash with its groups of <see cref="Branch.Bits"/> bits in reverse order.
    /// </summary>
    public static uint Place(int hash)
    {
        var bytes = BinaryPrimitives.ReverseEndianness((uint)hash);
        return ((bytes & 0x0F0F0F0F) << Branch.Bits) | ((bytes >> Branch.Bits) & 0x0F0F0F0F);
    }
}
