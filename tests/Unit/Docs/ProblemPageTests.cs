using System.Text.RegularExpressions;
using EndpointSync.Silo.Problems;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Unit.Docs;

/// <summary>docs/reference/problems.md lists the types of problems as the code has them.</summary>
public sealed partial class ProblemPageTests
{
    private static readonly string Page = File.ReadAllText(
        Path.Combine(RepositoryRoot.Find(AppContext.BaseDirectory)!, "docs", "reference", "problems.md"));

    [Fact]
    public void The_page_lists_every_type_with_its_status_title_and_meaning_and_no_other() => Assert.Equal(
        ProblemTypes.All.Select(type => $"{type.Status} {type.Uri} {type.Title} {type.Meaning}"),
        Row().Matches(Page).Select(row =>
            $"{row.Groups["status"]} {row.Groups["type"]} {row.Groups["title"]} {row.Groups["meaning"]}"));

    [Fact]
    public void No_two_types_have_one_name_and_each_name_is_a_segment_of_a_path()
    {
        Assert.Distinct(ProblemTypes.All.Select(type => type.Name));
        Assert.All(ProblemTypes.All, type => Assert.Matches("^[a-z]+(-[a-z]+)*$", type.Name));
        Assert.All(ProblemTypes.All, type => Assert.InRange(type.Status, 400, 599));
    }

    // No test can make a living silo's coordinator fail so.
    [Fact]
    public void A_coordinator_that_fails_is_a_problem_of_its_own_and_so_is_a_fault()
    {
        Assert.Equal(
            (504, "/problems/coordinator-timeout"), Described(new TimeoutException()));
        Assert.Equal(
            (503, "/problems/coordinator-unreachable"), Described(new Orleans.Runtime.OrleansException("away")));
        Assert.Equal((500, "/problems/unexpected-error"), Described(new InvalidCastException()));
    }

    private static (int? Status, string? Type) Described(Exception failure)
    {
        var problem = ProblemHandler.Describe(failure);
        return (problem.Status, problem.Type);
    }

    [GeneratedRegex(
        @"^\| (?<status>\d{3}) \| `(?<type>/problems/[^`]+)` \| (?<title>[^|]+) \| (?<meaning>[^|]+) \|$",
        RegexOptions.Multiline)]
    private static partial Regex Row();
}
