using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace EndpointSync.Worker.Probing;

/// <summary>Identifies the worker's own probe: a header with a value that is known only in this process.</summary>
internal sealed class ProbeSecret
{
    public const string Header = "X-EndpointSync-Probe";

    private readonly byte[] _value =
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));

    public string Value => Encoding.ASCII.GetString(_value);

    public bool IsIn(HttpRequest request) =>
        request.Headers.TryGetValue(Header, out var values) && values is [{ } value]
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(value), _value);
}
