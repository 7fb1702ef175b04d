namespace EndpointSync.Silo.Hosting;

/// <summary>Stops the silo gracefully when its standard input ends, which is what happens when the program that started it is gone.</summary>
internal sealed class StopWhenInputEnds(IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own that nobody waits for: a read of the standard input cannot be cancelled and would hold up the silo's stop.
        new Thread(StopAfterInput) { IsBackground = true, Name = nameof(StopWhenInputEnds) }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void StopAfterInput()
    {
        Span<byte> buffer = stackalloc byte[256];
        using var input = Console.OpenStandardInput();
        while (input.Read(buffer) > 0)
        {
        }
        lifetime.StopApplication();
    }
}
