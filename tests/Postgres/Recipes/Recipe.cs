using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Recipes;

/// <summary>How to run a recipe of <c>samples/foreign</c>.</summary>
/// <param name="Install">How to install the client.</param>
/// <param name="Probe">A command that succeeds only if the client is installed.</param>
/// <param name="Address">The database's address in the recipe's form.</param>
/// <param name="Move">The command that moves an endpoint, given address, name and path.</param>
/// <param name="Watch">The command that watches, given the address.</param>
internal sealed record Recipe(
    string Install, string[] Probe, Func<NpgsqlConnectionStringBuilder, string> Address,
    Func<string, string, string, string[]> Move, Func<string, string[]> Watch)
{
    private const string Jdbc = "/usr/share/java/postgresql.jar";

    private static readonly string Folder = Path.Combine(
        RepositoryRoot.Find(AppContext.BaseDirectory)!, "samples", "foreign");

    public static readonly IReadOnlyDictionary<string, Recipe> All = new Dictionary<string, Recipe>
    {
        ["psycopg2"] = Python("psycopg2", "python3-psycopg2"),
        ["psycopg"] = Python("psycopg", "python3-psycopg"),
        ["psql"] = new(
            "apt-get install postgresql-client", ["psql", "--version"], Uri,
            (address,
                name,
                path) => ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-v", $"name={name}", "-v", $"path={path}", "-f",
                Script("psql", "move.sql"), address],
            address => ["sh", Script("psql", "watch.sh"), address]),
        ["node"] = Commands(
            "npm install --prefix samples/foreign/node, or apt-get install node-pg",
            ["node", "-e", $"require(require.resolve('pg', {{ paths: ['{Folder}/node', '/usr/share/nodejs'] }}))"], Uri,
            "node", Script("node", "recipe.js")),
        ["java"] = Commands(
            "apt-get install openjdk-17-jdk-headless libpostgresql-jdbc-java",
            ["javap", "-cp", Jdbc, "org.postgresql.Driver"],
            database => $"jdbc:postgresql://{database.Host}:{database.Port}/{database.Database}"
                + $"?user={database.Username}&password={database.Password}",
            "java", "-cp", Jdbc, Script("java", "Recipe.java")),
    };

    /// <summary>The recipe of a client; skips the test if the client is absent.</summary>
    public static async Task<Recipe> OrSkipAsync(string client)
    {
        var recipe = All[client];
        if (!await recipe.IsThereAsync())
        {
            Assert.Skip($"There is no {client} here: {recipe.Install}.");
        }

        return recipe;
    }

    public RecipeProcess StartMove(TestDatabase database, string name, string path) =>
        RecipeProcess.Start(Move(AddressOf(database), name, path));

    public RecipeProcess StartWatch(TestDatabase database) => RecipeProcess.Start(Watch(AddressOf(database)));

    private async Task<bool> IsThereAsync()
    {
        try
        {
            await using var probe = RecipeProcess.Start(Probe);
            return await probe.EndAsync() == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private string AddressOf(TestDatabase database) =>
        Address(new NpgsqlConnectionStringBuilder(database.ConnectionString));

    private static Recipe Python(string module, string package) => Commands(
        $"apt-get install {package}", ["/usr/bin/python3", "-c", $"import {module}"], Uri, "/usr/bin/python3", Script(
            "python", $"recipe_{module}.py"));

    private static Recipe Commands(
        string install, string[] probe, Func<NpgsqlConnectionStringBuilder, string> address,
        params string[] script) => new(
        install, probe, address, (at, name, path) => [
            .. script, "move", at, name, path], at => [.. script, "watch", at]);

    private static string Uri(NpgsqlConnectionStringBuilder database) =>
        $"postgresql://{database.Username}:{database.Password}@{database.Host}:{database.Port}/{database.Database}";

    private static string Script(string folder, string name) => Path.Combine(Folder, folder, name);
}
