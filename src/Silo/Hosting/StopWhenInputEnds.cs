namespace EndpointSync.Silo.Hosting;

/// <summary>Stops the silo gracefully when its standard input ends, which is what happens when the program that started it is gone.</summary>
internal sealed class StopWhenInputEnds(IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var buffer = new byte[256];
        await using var input = Console.OpenStandardInput();
        while (await input.ReadAsync(buffer, stoppingToken) > 0)
        {
        }
        lifetime.StopApplication();
    }
}
