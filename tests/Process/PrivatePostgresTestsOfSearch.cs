using System.Runtime.Versioning;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Process;

[UnsupportedOSPlatform("windows")]
public sealed class PrivatePostgresTestsOfSearch : PrivatePostgresTestsFolder
{
    [Fact]
    public void Newer_versions_come_first_by_number_and_not_by_spelling()
    {
        var search = Search(
            "/usr/lib/postgresql/9.6/bin", "/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/15/bin",
            "/usr/pgsql-9.6/bin", "/usr/pgsql-16/bin", "/opt/homebrew/opt/postgresql@14/bin",
            "/usr/local/opt/postgresql@9.6/bin");
        search.SearchUnix();

        Assert.Equal(
            ["/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/9.6/bin",
                "/usr/pgsql-16/bin", "/usr/pgsql-9.6/bin", "/opt/homebrew/opt/postgresql@14/bin",
                "/usr/local/opt/postgresql@9.6/bin"],
            search.Found);
    }

    [Fact]
    public void The_path_is_preferred_but_only_a_folder_that_holds_all_three_programs_counts()
    {
        var search = new ServerSearch(
            file => file == "/usr/bin/pg_ctl"
                || file.StartsWith("/mine/", StringComparison.Ordinal)
                || file.StartsWith("/usr/lib/postgresql/15/bin/", StringComparison.Ordinal),
            folder => folder == "/usr/lib/postgresql" ? ["/usr/lib/postgresql/15"] : []);
        search.SearchFolders(["/usr/bin", "/mine"]);
        search.SearchUnix();

        Assert.Equal(["/mine", "/usr/lib/postgresql/15/bin"], search.Found);
    }

    [Fact]
    public void On_Windows_the_folders_of_the_installer_are_searched()
    {
        var search = new ServerSearch(
            file => file.EndsWith(".exe", StringComparison.Ordinal),
            folder => folder == @"C:\Program Files\PostgreSQL"
                ? [@"C:\Program Files\PostgreSQL\9.6", @"C:\Program Files\PostgreSQL\18"]
                : []);
        search.SearchWindows(@"C:\Program Files");

        Assert.Equal([@"C:\Program Files\PostgreSQL\18\bin", @"C:\Program Files\PostgreSQL\9.6\bin"], search.Found);
    }

    [Fact]
    public async Task Where_nothing_is_installed_the_error_says_what_to_do()
    {
        var search = Search();
        search.SearchFolders(["/somewhere/on/the/path"]);
        search.SearchUnix();

        var options = new PrivatePostgresOptions { Directory = Folder };
        var missing = await Assert.ThrowsAsync<PostgresNotFoundException>(
            () => PrivatePostgres.StartAsync(options, search, watchdog: true, Deadline));
        string[] expected =
        [
            "apt-get install postgresql", "dnf install postgresql-server", "brew install", "Windows",
            "EndpointSync:Cluster:ConnectionString",
            "/somewhere/on/the/path", "/usr/lib/postgresql",
        ];
        Assert.All(expected, text => Assert.Contains(text, missing.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Data_of_another_version_is_refused_by_name_and_left_as_it_is()
    {
        var version = Path.Combine(Directory.CreateDirectory(Path.Combine(Folder, "data")).FullName, "PG_VERSION");
        await File.WriteAllTextAsync(version, "9.6\n", Deadline);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(StartAsync);
        Assert.Contains(
            $"The data in {Folder}/data was created by PostgreSQL 9.6, but only", refused.Message,
            StringComparison.Ordinal);
        Assert.Equal("9.6\n", await File.ReadAllTextAsync(version, Deadline));
    }

    [Fact]
    public async Task Data_is_opened_with_the_version_that_made_it_even_if_a_newer_one_is_installed()
    {
        var search = new ServerSearch(File.Exists, Directory.EnumerateDirectories);
        search.SearchFolders([await InstallAsync("17.2"), await InstallAsync("15.18")]);

        var programs = await ServerPrograms.ChooseAsync(search, "15", "data", Deadline);
        Assert.Equal(Path.Combine(Folder, "15.18"), programs.Folder);
        programs = await ServerPrograms.ChooseAsync(search, null, "data", Deadline);
        Assert.Equal(Path.Combine(Folder, "17.2"), programs.Folder);
    }

    [Theory]
    [InlineData("pg_ctl (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "15")]
    [InlineData("pg_ctl (PostgreSQL) 17beta1", "17")]
    [InlineData("pg_ctl (PostgreSQL) 9.6.24", "9.6")]
    public void The_major_version_is_read_as_PG_VERSION_spells_it(string printed, string version) =>
        Assert.Equal(version, ServerPrograms.MajorVersion(printed));

    // Programs that can print their version and nothing else.
    private async Task<string> InstallAsync(string version)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, version)).FullName;
        foreach (var program in (string[])["initdb", "pg_ctl", "postgres"])
        {
            var file = Path.Combine(folder, program);
            await File.WriteAllTextAsync(file, $"#!/bin/sh\necho '{program} (PostgreSQL) {version}'\n", Deadline);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return folder;
    }

    private static ServerSearch Search(params string[] installed) => new(
        file => installed.Any(folder => file.StartsWith(folder + "/", StringComparison.Ordinal)),
        parent => installed.Select(folder => folder[..folder.LastIndexOf('/')]).Where(
            folder => folder[..folder.LastIndexOf('/')] == parent));
}
