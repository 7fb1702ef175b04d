using System.Security.Cryptography;
using System.Text.RegularExpressions;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Unit.Upgrades;

/// <summary>
/// What a build leaves to the one before it, so that both work in one fleet: the rules of docs/how-to/upgrading.md. The
/// folder eng/upgrade has what the release before says and runs.
/// </summary>
public sealed partial class UpgradeRuleTests
{
    // The last migrations before these rules.
    private static readonly Dictionary<string, int> Earlier =
        new(StringComparer.Ordinal) { ["EndpointSync"] = 13, ["Orleans"] = 5 };

    private static readonly string Root = RepositoryRoot.Find(AppContext.BaseDirectory)!;
    private static readonly string Migrations = Path.Combine(Root, "src", "Grains", "Postgres", "Migrations");

    [Fact]
    public void Nothing_that_the_release_before_sends_or_expects_is_gone_or_different()
    {
        var now = WireLines.Now();
        // For eng/upgrade, when a release is made.
        File.WriteAllLines(Path.Combine(AppContext.BaseDirectory, "wire.txt"), now);
        var before = File.ReadAllLines(InUpgrade("wire.txt"));

        Assert.NotEmpty(before);
        Assert.Empty(before.Except(now, StringComparer.Ordinal));
    }

    // An older silo does not send it.
    [Fact]
    public void Nothing_that_is_new_to_the_worker_protocol_is_required()
    {
        var added = WireLines.Now().Except(File.ReadAllLines(InUpgrade("wire.txt")), StringComparer.Ordinal);

        Assert.DoesNotContain(
            added,
            line => line.StartsWith("feed ", StringComparison.Ordinal)
                && line.EndsWith(" required", StringComparison.Ordinal));
    }

    [Fact]
    public void No_merged_migration_is_edited_and_each_is_listed()
    {
        var found = Files().Select(file => $"{HashOf(file)}  {file}");

        // A new migration adds its line: sha256sum EndpointSync/NNNN_name.sql, in the folder of migrations.
        Assert.Equal(File.ReadAllLines(InUpgrade("migrations.sha256")), found);
    }

    // The silos of the release before run on its tables while the fleet is upgraded, and when it is taken back.
    [Fact]
    public void A_migration_takes_nothing_away_that_the_release_before_uses()
    {
        var taking = Files().Where(IsUnderRules)
            .Where(file => TakesAway(File.ReadAllText(Path.Combine(Migrations, file))));

        Assert.Empty(taking);
    }

    [Theory]
    [InlineData("alter table endpoint_sync.state add column seen_at timestamptz;", false)]
    [InlineData("create or replace function endpoint_sync.is_tracked(text) returns boolean ...", false)]
    [InlineData("-- It used to drop table endpoint_sync.old, and does not any more.", false)]
    [InlineData("alter table endpoint_sync.state drop column seen_at;", true)]
    [InlineData("ALTER TABLE endpoint_sync.state\n  RENAME COLUMN seen_at TO read_at;", true)]
    [InlineData("alter table endpoint_sync.state rename to states;", true)]
    [InlineData("alter table endpoint_sync.state alter column seen_at set not null;", true)]
    [InlineData("alter table endpoint_sync.state alter seen_at type text;", true)]
    [InlineData("drop function endpoint_sync.try_lock(text);", true)]
    [InlineData("alter table endpoint_sync.events drop constraint kinds;", true)]
    [InlineData("alter table a drop constraint kinds;\nalter table a add constraint kinds check (true);", false)]
    [InlineData("-- Contracts what 0.2.0 does not use any more.\ndrop table endpoint_sync.old;", false)]
    public void What_takes_away_is_recognized(string sql, bool takesAway) => Assert.Equal(takesAway, TakesAway(sql));

    [Fact]
    public void The_release_before_is_named_for_the_upgrade_tests() =>
        Assert.Matches("^[0-9a-f]{7,40}$|^v?[0-9.]+$", File.ReadAllText(InUpgrade("from")).Trim());

    private static bool TakesAway(string sql) =>
        !sql.Contains("-- Contracts ", StringComparison.Ordinal) && Taking().IsMatch(Comment().Replace(sql, ""));

    private static bool IsUnderRules(string file)
    {
        var (folder, name) = (file.Split('/')[0], file.Split('/')[1]);
        return int.Parse(name[..4], System.Globalization.CultureInfo.InvariantCulture) > Earlier[folder];
    }

    private static IEnumerable<string> Files() => Earlier.Keys.SelectMany(
        folder => Directory.GetFiles(Path.Combine(Migrations, folder), "*.sql")
            .Select(file => $"{folder}/{Path.GetFileName(file)}").Order(StringComparer.Ordinal));

    private static string HashOf(string file) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Migrations, file))));

    private static string InUpgrade(string file) => Path.Combine(Root, "eng", "upgrade", file);

    [GeneratedRegex("--.*")]
    private static partial Regex Comment();

    [GeneratedRegex(
        @"\bdrop\s+(table|column|function|sequence|schema|type|view)\b|\brename\s+(to|column)\b"
        // A constraint may be replaced by another one of its name.
        + @"|\bdrop\s+constraint\s+(\w+)\b(?![\s\S]*\badd\s+constraint\s+\3\b)"
        + @"|\balter\s+(column\s+)?\w+\s+((set\s+data\s+)?type|set\s+not\s+null)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Taking();
}
