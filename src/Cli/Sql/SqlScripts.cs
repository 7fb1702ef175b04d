using System.Reflection;
using System.Text;

namespace EndpointSync.Cli.Sql;

/// <summary>The names that an administrator chose.</summary>
/// <param name="Owner">The role that owns what is EndpointSync's.</param>
/// <param name="Silo">The silos' role.</param>
/// <param name="Monitor">The role that reads only.</param>
/// <param name="Schema">The schema of Odoo's tables.</param>
/// <param name="Database">The only database in which the script runs; null: any.</param>
/// <param name="IsCluster">Whether the script is for the cluster's database, and not for a registry's.</param>
/// <param name="Force">Whether a removal goes on beside silos.</param>
internal sealed record SqlNames(
    string Owner, string Silo, string Monitor, string Schema, string? Database, bool IsCluster,
    bool Force);

/// <summary>
/// Scripts for psql. Each is one transaction. The names are literals in settings, and the rest of a script takes them
/// from there, so that no name can become a part of a statement.
/// </summary>
internal static class SqlScripts
{
    private const string Registry = "EndpointSync";
    private const string Cluster = "Orleans";

    public static string Roles(SqlNames names) => names.IsCluster
        ? Script(names, Text("roles.sql"))
        : Script(names, Text("roles.sql"), Text("roles_registry.sql"));

    public static string Migrate(SqlNames names)
    {
        var folder = names.IsCluster ? Cluster : Registry;
        var migrations = Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith($"{folder}/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Migration(name, Schema(names)));
        string[] registered = names.IsCluster ? [] : [Text("migrate_registry.sql")];
        return Script(names, [Text("migrate_begin.sql"), .. migrations, .. registered, Text("migrate_end.sql")]);
    }

    public static string Remove(SqlNames names) => Script(names, Text("remove.sql"));

    private static string Schema(SqlNames names) => names.IsCluster ? "orleans" : "endpoint_sync";

    private static string Script(SqlNames names, params string[] parts)
    {
        var script = new StringBuilder();
        script.Append(
            $"""
             \set ON_ERROR_STOP on
             begin;
             set local standard_conforming_strings = on;
             set local client_min_messages = warning;
             set local search_path = pg_catalog, pg_temp;
             \o /dev/null
             {Setting("owner", names.Owner)}
             {Setting("silo", names.Silo)}
             {Setting("monitor", names.Monitor)}
             {Setting("schema", names.Schema)}
             {Setting("ours", Schema(names))}
             {Setting("database", names.Database ?? "")}
             {Setting("force", names.Force ? "true" : "false")}
             \o
             do $do$ begin
               if current_setting('endpointsync.database') not in ('', current_database()) then
                 raise exception 'This script is for database %, and this is database %.',
                   current_setting('endpointsync.database'), current_database();
               end if;
             end $do$;

             """);
        foreach (var part in parts)
        {
            script.Append('\n').Append(part);
        }

        return script.Append("\ncommit;\n").ToString();
    }

    // Strings are of standard form here, so only the quote is special.
    private static string Setting(string name, string value) =>
        $"select set_config('endpointsync.{name}', '{value.Replace("'", "''", StringComparison.Ordinal)}', true);";

    private static string Migration(string name, string schema) =>
        $"""
         do $do$ begin
           if not exists (select from {schema}.schema_migrations where scriptname = '{name}') then
             execute $migration$
         {Text(name).TrimEnd()}
         $migration$;
             insert into {schema}.schema_migrations (scriptname, applied) values ('{name}', now());
           end if;
         end $do$;

         """;

    private static string Text(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
