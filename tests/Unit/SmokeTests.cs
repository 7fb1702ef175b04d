namespace EndpointSync.Tests.Unit;

public sealed class SmokeTests
{
    [Fact]
    public void Runs() => Assert.True(TestContext.Current.CancellationToken.CanBeCanceled);
}
