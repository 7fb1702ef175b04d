using System.Text.RegularExpressions;
using EndpointSync.Grains.Postgres.Migrations;

namespace EndpointSync.Tests.Unit.Postgres;

public sealed partial class SqlResourceTests
{
    // Odoo's own tables are created as a whole where they are absent, and never migrated.
    private const string TemplateFolder = "Odoo/";

    public static TheoryData<string> Scripts => [.. Names];

    private static IEnumerable<string> Names =>
        typeof(Migrator).Assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_script_has_LF_endings_and_ends_with_one(string name)
    {
        var text = Migrator.Script(name);

        Assert.DoesNotContain('\r', text);
        Assert.EndsWith("\n", text);
        Assert.False(text.StartsWith('\ufeff'));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_migration_has_a_number_and_a_name_that_says_what_it_brings(string name) =>
        Assert.True(name.StartsWith(TemplateFolder, StringComparison.Ordinal) || Numbered().IsMatch(name), name);

    [Fact]
    public void The_numbers_of_a_folder_have_no_gap_and_no_twin()
    {
        var folders = Names.Where(name => Numbered().IsMatch(name)).GroupBy(name => name.Split('/')[0]).ToList();

        Assert.Equal(["EndpointSync", "Orleans"], folders.Select(folder => folder.Key).Order());
        Assert.All(folders, folder => Assert.Equal(
            Enumerable.Range(1, folder.Count()), folder.Select(name => int.Parse(name.Split('/')[1][..4], System.Globalization.CultureInfo.InvariantCulture)).Order()));
    }

    [GeneratedRegex("^[A-Za-z]+/[0-9]{4}_[a-z_]+\\.sql$")]
    private static partial Regex Numbered();
}
