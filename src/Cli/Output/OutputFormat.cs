namespace EndpointSync.Cli.Output;

/// <summary>How a command prints what it was answered.</summary>
internal enum OutputFormat
{
    /// <summary>For people: tables and fields.</summary>
    Table,

    /// <summary>The API's answer, unchanged.</summary>
    Json,

    /// <summary>Tables with all columns.</summary>
    Wide,

    /// <summary>The names of a list's items, one a line.</summary>
    Name,
}
