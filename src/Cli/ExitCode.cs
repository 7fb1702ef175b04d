namespace EndpointSync.Cli;

/// <summary>The process's exit codes; the help prints the same list.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Refused = 1;
    public const int WrongUsage = 2;
    public const int NotInSync = 3;
    public const int Unreachable = 4;
    public const int FoundWarning = 5;
    public const int FoundError = 6;

    /// <summary>What a shell makes of an end by Ctrl-C.</summary>
    public const int Interrupted = 130;

    public const string HelpHint = "Add --help to see the usage.";

    public const string Help =
        """
        Exit codes:
          0  success; for reload: the registry is in sync, and all awaited subscribers serve it
          1  the server refused, or an error
          2  wrong usage
          3  reload answered, but it is not complete: the lock or a row is held elsewhere, and the silo retries;
             or not all awaited subscribers serve the version in time; the same for rollback and unpin;
             or a rollout runs, or was taken back
          4  the silo cannot be reached
          5  doctor: the worst finding is a warning
          6  doctor: the worst finding is an error
        """;
}
