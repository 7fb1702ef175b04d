using System.Buffers.Binary;

namespace EndpointSync.Routing.Tries;

/// <summary>
/// The order of texts in which those below one node of a hash trie stand together, whatever the node: by hash, its lowest
/// <see cref="Branch.Bits"/> bits first.
/// </summary>
internal static class TrieOrder
{
    /// <summary>Where texts with a hash stand: the hash with its groups of <see cref="Branch.Bits"/> bits in reverse.</summary>
    public static uint Place(int hash)
    {
        var bytes = BinaryPrimitives.ReverseEndianness((uint)hash);
        return ((bytes & 0x0F0F0F0F) << Branch.Bits) | ((bytes >> Branch.Bits) & 0x0F0F0F0F);
    }
}
