using System.Xml.Linq;
using EndpointSync.Grains.Access;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace EndpointSync.Silo.WebConsole;

/// <summary>
/// Keeps the keys of data protection in the cluster's database. They protect the state of a sign-in by the issuer and
/// open no session, so they are stored as they are.
/// </summary>
internal sealed class ProtectionKeys(ProtectionKeyStore store) : IXmlRepository
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    // The framework has no asynchronous form of it, and asks once a day.
    public IReadOnlyCollection<XElement> GetAllElements() => Wait(store.ListAsync);

    public void StoreElement(XElement element, string friendlyName) => Wait(async cancellation =>
    {
        await store.AddAsync(friendlyName, element, cancellation);
        return true;
    });

    private static T Wait<T>(Func<CancellationToken, Task<T>> work)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        return Task.Run(() => work(timeout.Token)).GetAwaiter().GetResult();
    }
}
