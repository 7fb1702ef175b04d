using System.ComponentModel;
using System.Diagnostics;
using Npgsql;

namespace EndpointSync.Demo;

/// <summary>
/// Runs Python scripts that write to a registry's database, each in its own process and with its own application name.
/// </summary>
internal sealed class Python(string connectionString, CancellationToken cancellationToken)
{
    // The system's Python, because packages install their modules for it.
    private const string Program = "/usr/bin/python3";

    /// <summary>Whether there is a Python with the client library that the scripts need.</summary>
    public async Task<bool> CanWriteAsync()
    {
        try
        {
            return (await EndAsync("-c", "import psycopg2")).ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Runs a script to its end.</summary>
    /// <param name="application">The script's application name in Postgres.</param>
    /// <param name="script">The script's path in the checkout, and its command if it has several.</param>
    /// <param name="arguments">The arguments after the database's address.</param>
    /// <returns>The script's output.</returns>
    /// <exception cref="InvalidOperationException">The script failed.</exception>
    public async Task<string> RunAsync(string application, string[] script, params string[] arguments)
    {
        var (exitCode, output, errors) = await EndAsync([.. script, AddressFor(application), .. arguments]);
        return exitCode == 0
            ? output
            : throw new InvalidOperationException($"{script[0]} ended with exit code {exitCode}:\n{errors}");
    }

    private string AddressFor(string application)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        return $"postgresql://{database.Username}:{database.Password}@{database.Host}:{database.Port}"
            + $"/{database.Database}?application_name={application}";
    }

    private async Task<(int ExitCode, string Output, string Errors)> EndAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, output.Trim(), await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
