
namespace EndpointSync.Tests.Routing;

/// <summary>What each converter matches, and the value that it gives.</summary>
public sealed class ConverterTests
{
    private const string Uuid = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";

    [Theory]
    [InlineData("/<x>", "/a b", "text a b")]
    [InlineData("/<x>", "/", null)]
    [InlineData("/<x>", "/a/b", null)]
    [InlineData("/<string(length=2):x>", "/日本", "text 日本")]
    [InlineData("/<string(length=2):x>", "/😀😀", "text 😀😀")]
    [InlineData("/<string(length=2):x>", "/abc", null)]
    [InlineData("/<string(minlength=2):x>", "/a", null)]
    [InlineData("/<string(maxlength=2):x>", "/abc", null)]
    [InlineData("/<string(minlength=0):x>", "/", "text ")]
    [InlineData("/<string(2, 3):x>", "/abc", "text abc")]
    public void Text_is_one_part_and_its_length_counts_in_code_points(string rule, string path, string? value) =>
        Check(rule, path, value);

    [Theory]
    [InlineData("/<int:x>", "/007", "whole 7")]
    [InlineData("/<int:x>", "/-3", "whole -3")]
    [InlineData("/<int:x>", "/٣٤", "whole 34")]
    [InlineData("/<int:x>", "/99999999999999999999", "whole 99999999999999999999")]
    [InlineData("/<int:x>", "/1.5", null)]
    [InlineData("/<int:x>", "/²", null)]
    [InlineData("/<int(fixed_digits=3):x>", "/012", "whole 12")]
    [InlineData("/<int(fixed_digits=3):x>", "/12", null)]
    [InlineData("/<int(min=5, max=7):x>", "/5", "whole 5")]
    [InlineData("/<int(min=5, max=7):x>", "/8", null)]
    [InlineData("/<int(min=5):x>", "/-99999999999999999999", null)]
    [InlineData("/<int(max=99999999999999999999):x>", "/100000000000000000000", null)]
    [InlineData("/<int(signed=True):x>", "/-3", "whole -3")]
    public void Whole_numbers_take_digits_of_any_script_and_have_limits(string rule, string path, string? value) =>
        Check(rule, path, value);

    [Theory]
    [InlineData("/<float:x>", "/1.5", "real 3ff8000000000000")]
    [InlineData("/<float:x>", "/١.٥", "real 3ff8000000000000")]
    [InlineData("/<float:x>", "/1", null)]
    [InlineData("/<float:x>", "/-1.5", null)]
    [InlineData("/<float(signed=True):x>", "/-1.5", "real bff8000000000000")]
    [InlineData("/<float(min=1.5):x>", "/1.4", null)]
    [InlineData("/<float(max=1):x>", "/1.0", "real 3ff0000000000000")]
    public void Floats_need_a_fraction(string rule, string path, string? value) => Check(rule, path, value);

    [Theory]
    [InlineData("/<path:x>", "/a/b//c/", "text a/b//c/")]
    [InlineData("/a/<path:x>", "/a/", null)]
    [InlineData("/a/<path:x>", "/a//", null)]
    [InlineData("/<path:x>", "/a\nb", null)]
    [InlineData("/<path:x>/edit", "/a/edit/edit", "text a/edit")]
    [InlineData("/<path:x>/", "/a", null)]
    public void Paths_take_slashes_but_do_not_begin_with_one(string rule, string path, string? value) =>
        Check(rule, path, value);

    [Theory]
    [InlineData("/<any(a, b):x>", "/b", "text b")]
    [InlineData("/<any(a, b):x>", "/c", null)]
    [InlineData("/<any(\"foo,bar\", 'x y'):x>", "/foo,bar", "text foo,bar")]
    [InlineData("/<any('a)b'):x>", "/a)b", "text a)b")]
    [InlineData("/<any(1,2):x>", "/1,2", "text 1,2")]
    [InlineData("/<uuid:x>", $"/{Uuid}", $"uuid {Uuid}")]
    [InlineData("/<uuid:x>", "/6f9619ff8b86d011b42d00cf4fc964ff", null)]
    public void Choices_and_uuids_match_in_full(string rule, string path, string? value) => Check(rule, path, value);

    [Theory]
    [InlineData("/<model('res.partner'):x>", "/12", "whole 12")]
    [InlineData("/<model('res.partner'):x>", "/-12", null)]
    [InlineData("/<model('res.partner'):x>", "/name-12", null)]
    [InlineData("/<model('res.partner'):x>", "/٣", null)]
    [InlineData("/<models('res.partner'):x>", "/1,2,3", "ids 1,2,3")]
    [InlineData("/<models('res.partner'):x>", "/1,,2", null)]
    public void Records_are_given_as_ids_in_plain_digits(string rule, string path, string? value) =>
        Check(rule, path, value);

    [Theory]
    [InlineData("/a-<int:x>-b", "/a-12-b", "x=whole 12")]
    [InlineData("/<x>-<int:y>", "/a-b-12", "x=text a-b, y=whole 12")]
    [InlineData("/<int:x><y>", "/123", "x=whole 12, y=text 3")]
    [InlineData("/<path:x>-<path:y>", "/a-b-c", "x=text a, y=text b-c")]
    [InlineData("/<x>.<any(json, xml):y>", "/a.b.xml", "x=text a.b, y=text xml")]
    [InlineData("/a<path:x>/<int:y>/<z>", "/a/b/1/2", "NotFound")]
    [InlineData("/a<path:x>/<int:y>/<z>", "/ab/c/1/2", "x=text b/c, y=whole 1, z=text 2")]
    public void Several_variables_split_a_part_as_a_backtracking_expression_does(
        string rule, string path, string values) =>
        Assert.Equal(values == "NotFound" ? values : $"{rule} {values}", Routes.Of(rule).Ask(path));

    [Fact]
    public void Values_can_be_read_by_number_by_name_and_as_objects()
    {
        var values = Routes.Of("/<int:id>/<float:rate>/<uuid:key>/<models('m'):ids>/<path:rest>").Match(
            $"/7/0.5/{Uuid}/1,2/a/b", "GET").Values;
        Assert.Equal(5, values.Count);
        Assert.Equal(7, values[0].ToInt64());
        Assert.True(values.TryGet("rest", out var rest));
        Assert.Equal("a/b", rest.Text.ToString());
        Assert.False(values.TryGet("other", out _));
        var objects = values.ToDictionary();
        Assert.Equal(
            [7L, 0.5, Guid.Parse(Uuid), "a/b"], [objects["id"], objects["rate"], objects["key"], objects["rest"]]);
        Assert.Equal([1L, 2L], (IReadOnlyList<long>)objects["ids"]);
    }

    private static void Check(string rule, string path, string? value) =>
        Assert.Equal(value is null ? "NotFound" : $"{rule} x={value}".TrimEnd(), Routes.Of(rule).Ask(path));
}
