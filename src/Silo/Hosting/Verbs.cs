namespace EndpointSync.Silo.Hosting;

/// <summary>The methods of HTTP that operations have in common.</summary>
internal static class Verbs
{
    /// <summary>GET, and HEAD as GET without the body.</summary>
    public static readonly string[] Read = [HttpMethods.Get, HttpMethods.Head];
}
