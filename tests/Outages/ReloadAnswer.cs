using System.Net;

namespace EndpointSync.Tests.Outages;

/// <summary>The answer that a caller got.</summary>
internal sealed record ReloadAnswer(HttpStatusCode Status, string Text, TimeSpan Took, ReloadReceipt? Receipt)
{
    /// <summary>Demands a receipt, or a refusal with its reason, in time.</summary>
    public void AssertClear()
    {
        Assert.True(Took < OutageFleet.LongestAnswer, $"the answer took {Took}: {Text}");
        Assert.True(
            Receipt is not null || (Status == HttpStatusCode.ServiceUnavailable
                && Text.Contains("\"detail\"", StringComparison.Ordinal)),
            $"{Status}: {Text}");
    }
}
