namespace EndpointSync.Cli;

/// <summary>What the process tells its caller by its exit code; the help prints the same list.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Refused = 1;
    public const int WrongUsage = 2;
    public const int NotInLine = 3;
    public const int Unreachable = 4;

    public const string Help =
        """
        Exit codes:
          0  success; for reload: up to date or synced, and served by all that were waited for
          1  the server refused, or an error
          2  wrong usage
          3  reload answered, but something is left: the lock or a row is held elsewhere, and the silo retries;
             or not everybody waited for serves the version in time
          4  the silo cannot be reached
        """;
}
