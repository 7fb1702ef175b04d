using System.Net;

namespace EndpointSync.Tests.Outages;

/// <summary>What a caller was told.</summary>
internal sealed record ReloadAnswer(HttpStatusCode Status, string Text, TimeSpan Took, ReloadReceipt? Receipt)
{
    /// <summary>Demands a receipt, or a refusal that says why, in time.</summary>
    public void AssertClear()
    {
        Assert.True(Took < OutageFleet.LongestAnswer, $"the answer took {Took}: {Text}");
        Assert.True(Receipt is not null || (Status == HttpStatusCode.ServiceUnavailable && Text.Contains("\"detail\"", StringComparison.Ordinal)), $"{Status}: {Text}");
    }
}
