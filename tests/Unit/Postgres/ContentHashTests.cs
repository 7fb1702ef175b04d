using EndpointSync.Grains.Postgres;

namespace EndpointSync.Tests.Unit.Postgres;

public sealed class ContentHashTests
{
    private static readonly StoredRoute Own = new(
        "fastapi.endpoint:1:/|/<path:application_path>", "/api/v2/spp/|/api/v2/spp/<path:application_path>", """{"handler": {}}""", """{"type": "fastapi"}""", null);

    private static readonly StoredRoute Foreign = new("endpoint.endpoint:5:/demo", "/café", null, "", "group");

    private static ContentHash Empty => new(new byte[ContentHash.Size]);

    // Computed with Python's hashlib from the documented form: each field as its length in UTF-8 bytes, a colon and the text, or "-" for null.
    [Fact]
    public void The_hash_is_what_another_language_computes()
    {
        Assert.Equal("89d9f8d97d01af143c405051653bb352bfe1e1d91b4ae636ed5fcc54e5d1bb0b", Hex(Empty.Toggle(Own)));
        Assert.Equal("97dba70f8ec4aa3b3157b6f743481b5453f780b70cd80cc61c6abdb47430d187", Hex(Empty.Toggle(Foreign)));
        Assert.Equal("1e025fd6f3c5052f0d17e6a62673a806ec16616e1792eaf0f13571e091e16a8c", Hex(Empty.Toggle(Own).Toggle(Foreign)));
    }

    [Fact]
    public void The_order_of_the_routes_does_not_matter() =>
        Assert.Equal(Hex(Empty.Toggle(Own).Toggle(Foreign)), Hex(Empty.Toggle(Foreign).Toggle(Own)));

    [Fact]
    public void A_route_added_and_removed_again_leaves_the_hash_as_it_was()
    {
        var before = Empty.Toggle(Own);

        Assert.Equal(Hex(before), Hex(before.Toggle(Foreign).Toggle(Foreign)));
        Assert.Equal(Hex(Empty), Hex(before.Toggle(Own)));
    }

    [Fact]
    public void No_route_changes_nothing() => Assert.Equal(Hex(Empty.Toggle(Own)), Hex(Empty.Toggle(Own).Toggle(null)));

    [Fact]
    public void Toggling_leaves_the_hash_that_it_began_from_alone()
    {
        var before = Empty.Toggle(Own);
        var hex = Hex(before);

        before.Toggle(Foreign);

        Assert.Equal(hex, Hex(before));
    }

    [Fact]
    public void Null_and_empty_and_shifted_fields_differ()
    {
        StoredRoute[] routes =
        [
            new("k", null, null, null, null), new("k", "", null, null, null), new("k", null, "", null, null), new("k", "-", null, null, null),
            new("k", "a", "b", null, null), new("k", "ab", null, null, null), new("ka", "b", null, null, null), new("k", "1:a", null, null, null),
        ];

        Assert.Equal(routes.Length, routes.Select(route => Hex(Empty.Toggle(route))).Distinct().Count());
    }

    private static string Hex(ContentHash hash) => Convert.ToHexStringLower(hash.Value);
}
