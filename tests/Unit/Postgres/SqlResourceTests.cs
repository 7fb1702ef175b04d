using System.Text.RegularExpressions;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Unit.Postgres;

public sealed partial class SqlResourceTests
{
    // Odoo's own tables are created in full where they are absent, and never migrated.
    private const string TemplateFolder = "Odoo/";

    public static TheoryData<string> Scripts => [.. Names];

    public static TheoryData<string> Migrations =>
        [.. Names.Where(name => name.Contains('/', StringComparison.Ordinal))];

    public static TheoryData<string> StatementFiles =>
        [.. Names.Where(name => !name.Contains('/', StringComparison.Ordinal))];

    private static IEnumerable<string> Names =>
        typeof(Migrator).Assembly.GetManifestResourceNames().Where(
            name => name.EndsWith(".sql", StringComparison.Ordinal));

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
    [MemberData(nameof(Migrations))]
    public void A_migration_has_a_number_and_a_descriptive_name(string name) =>
        Assert.True(name.StartsWith(TemplateFolder, StringComparison.Ordinal) || Numbered().IsMatch(name), name);

    [Theory]
    [MemberData(nameof(StatementFiles))]
    public void A_file_of_statements_lies_beside_its_class_which_runs_each_of_them(string name)
    {
        var owner = Assert.Single(typeof(Migrator).Assembly.GetTypes(), type => $"{type.Name}.sql" == name);
        var source = Path.Combine(RepositoryRoot.Find(AppContext.BaseDirectory)!, "src", "Grains");
        var file = Assert.Single(
            Directory.GetFiles(source, name, SearchOption.AllDirectories),
            path => !path.Contains("/obj/", StringComparison.Ordinal));
        var code = File.ReadAllText(Path.ChangeExtension(file, ".cs"));

        var statements = SqlFile.Of(owner).Names.ToList();

        Assert.NotEmpty(statements);
        Assert.All(statements, statement => Assert.Contains($"\"{statement}\"", code, StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_statement_is_named_with_its_file()
    {
        var missing = Assert.Throws<InvalidOperationException>(() => SqlFile.Of(typeof(Migrator))["none"]);

        Assert.Equal("Migrator.sql has no statement 'none'.", missing.Message);
    }

    [Fact]
    public void The_migration_numbers_of_a_folder_have_no_gaps_and_no_duplicates()
    {
        var folders = Names.Where(name => Numbered().IsMatch(name)).GroupBy(name => name.Split('/')[0]).ToList();

        Assert.Equal(["Cluster", "EndpointSync", "Orleans"], folders.Select(folder => folder.Key).Order());
        Assert.All(folders, folder => Assert.Equal(
            Enumerable.Range(1, folder.Count()), folder.Select(
                name => int.Parse(
                    name.Split('/')[1][..4], System.Globalization.CultureInfo.InvariantCulture)).Order()));
    }

    [GeneratedRegex("^[A-Za-z]+/[0-9]{4}_[a-z_]+\\.sql$")]
    private static partial Regex Numbered();
}
