namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// What a picture counts as where the provider reports nothing: the token counts that OpenAI publishes by size and
/// quality. The qualities of older models are two of them; whatever is not in the table counts as the largest.
/// </summary>
internal static class PictureTokens
{
    private const long Largest = 6240;

    internal static long Of(string? size, string? quality) => quality switch
    {
        "low" => Of(size, 272, 408, 400),
        null or "medium" or "standard" or "auto" => Of(size, 1056, 1584, 1568),
        "high" or "hd" => Of(size, 4160, Largest, 6208),
        _ => Largest,
    };

    /// <summary>The same, but where the quality is left to the provider it may take the best.</summary>
    internal static long AtMost(string? size, string? quality) =>
        Of(size, quality is null or "auto" ? "high" : quality);

    private static long Of(string? size, long square, long tall, long wide) => size switch
    {
        "1024x1024" => square,
        "1536x1024" => wide,
        "1024x1536" or null or "auto" => tall, // the most that the quality can have
        _ => Largest,
    };
}
