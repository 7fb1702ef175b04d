using EndpointSync.Tests.Torture;
using EndpointSync.Tests.Torture.Checking;
using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Mutants;

// 0: no violation. 1: a violation, or a mutant that was not found. 2: the command line is wrong.
try
{
    var arguments = TortureArguments.Parse(args);
    if (arguments.Check is { } kept)
    {
        var entries = HistoryFile.ReadAll(kept).ToList();
        var found = Checker.Check(entries);
        Console.WriteLine(Report.Of(entries, found));
        return found.Count == 0 ? 0 : 1;
    }

    return arguments.Mutants ? await MutantRuns.RunAsync(arguments) : await TortureSession.RunAsync(arguments);
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine($"{wrong.Message}\n{TortureArguments.Usage}");
    return 2;
}
