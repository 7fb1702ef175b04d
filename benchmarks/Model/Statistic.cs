namespace EndpointSync.Bench.Model;

/// <summary>Which of many times stands for all.</summary>
internal enum Statistic
{
    Median,
    Percentile99,
}
