namespace EndpointSync.Core;

/// <summary>
/// The silos that a worker or a client may ask over HTTP: those of its settings, and those that silos name in their
/// answers. One of them is asked until it fails.
/// </summary>
internal sealed class SiloList
{
    private readonly IReadOnlyList<Uri> _configured;
    private volatile IReadOnlyList<Uri> _all;
    private volatile Uri _current;

    /// <param name="configured">The URLs of the settings; one at least.</param>
    public SiloList(IEnumerable<string> configured)
    {
        _configured = [.. configured.Select(UrlOf).Distinct()];
        _all = _configured;
        // Processes that share their settings begin at different silos.
        _current = _configured[Random.Shared.Next(_configured.Count)];
    }

    /// <summary>The silo that is asked.</summary>
    public Uri Current => _current;

    /// <summary>All silos, from the current one on.</summary>
    public IReadOnlyList<Uri> FromCurrent() => From(0);

    /// <summary>All silos, from the next one on; the current one comes last.</summary>
    public IReadOnlyList<Uri> FromNext() => From(1);

    public void MoveTo(Uri silo) => _current = silo;

    /// <summary>
    /// Takes the silos that a silo names. The process sends its key to any of them, so an unencrypted URL from an
    /// encrypted answer is left out, and so is a loopback URL of another machine.
    /// </summary>
    /// <returns>Whether the list changed.</returns>
    public bool Learn(IEnumerable<string> urls, Uri from)
    {
        var named = urls
            .Select(url => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? uri
                : null)
            .OfType<Uri>()
            .Where(uri => uri.Scheme == Uri.UriSchemeHttps || from.Scheme == Uri.UriSchemeHttp)
            .Where(uri => !uri.IsLoopback || from.IsLoopback);
        List<Uri> all = [.. named.Union(_configured)];
        if (all.SequenceEqual(_all))
        {
            return false;
        }

        _all = all;
        return true;
    }

    /// <summary>A silo's URL with a slash at its end, so that the API's paths can be put behind it.</summary>
    public static Uri UrlOf(string text) => new($"{text.TrimEnd('/')}/");

    private List<Uri> From(int offset)
    {
        var all = _all;
        var first = 0;
        for (var index = 0; index < all.Count; index++)
        {
            first = all[index] == _current ? index + offset : first;
        }

        return [.. Enumerable.Range(first, all.Count).Select(index => all[index % all.Count])];
    }
}
