using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Unit.Postgres;

public sealed class ContentHashTests
{
    private static readonly StoredRoute Own = new(
        "fastapi.endpoint:1:/|/<path:application_path>", "/api/v2/spp/|/api/v2/spp/<path:application_path>",
        """{"handler": {}}""", """{"type": "fastapi"}""", null, "api_v2");

    private static readonly StoredRoute Foreign = new("endpoint.endpoint:5:/demo", "/café", null, "", "group");

    // Computed with Python's hashlib from the documented form: each field as its length in UTF-8 bytes, a colon and the
    // text, or "-" for null.
    [Fact]
    public void The_hash_is_the_one_that_another_language_computes()
    {
        Assert.Equal("87c6168a3a5fe4fa3a2eae6abd7f85bc09ec1a5ddfd18af2d82f249bfea021cf", Own.Hash.ToString());
        Assert.Equal("9cbc28f22b9742bc161bed0116c60f866e667c078904429688cfc58238835716", Foreign.Hash.ToString());
        Assert.Equal(
            "1b7a3e7811c8a6462c35436babb98a3a678a665a56d5c86450e0e119c62376d9", (Own.Hash ^ Foreign.Hash).ToString());
    }

    [Fact]
    public void The_order_of_the_routes_does_not_matter() =>
        Assert.Equal(Own.Hash ^ Foreign.Hash, Foreign.Hash ^ Own.Hash);

    [Fact]
    public void A_route_added_and_removed_again_leaves_the_hash_as_it_was() =>
        Assert.Equal(Own.Hash, Own.Hash ^ Foreign.Hash ^ Foreign.Hash);

    [Fact]
    public void A_hash_survives_a_round_trip_through_bytes() =>
        Assert.Equal(Own.Hash, ContentHash.From(Own.Hash.ToBytes()));

    [Fact]
    public void Null_and_empty_and_shifted_fields_differ()
    {
        StoredRoute[] routes =
        [
            new("k", null, null, null, null), new("k", "", null, null, null), new("k", null, "", null, null),
            new("k", "-", null, null, null),
            new("k", "a", "b", null, null), new("k", null, null, null, "a"), new("k", null, null, null, null, "a"),
            new("k", "ab", null, null, null), new("ka", "b", null, null, null), new("k", "1:a", null, null, null),
        ];

        Assert.Equal(routes.Length, routes.Select(route => route.Hash).Distinct().Count());
    }
}
