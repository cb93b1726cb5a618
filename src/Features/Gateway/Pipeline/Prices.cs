namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// Per one million tokens, in the platform's currency, with at most six places. A part of the input or the output that
/// has no price of its own costs what the rest of it does; a price of zero is free.
/// </summary>
internal sealed record Prices(decimal Input, decimal Output)
{
    private const decimal Tokens = 1_000_000m;

    internal decimal CachedInput { get; init; } = Input;
    internal decimal CacheWrite5m { get; init; } = Input;
    internal decimal CacheWrite1h { get; init; } = Input;
    internal decimal ImageInput { get; init; } = Input;
    internal decimal AudioInput { get; init; } = Input;
    internal decimal ImageOutput { get; init; } = Output;
    internal decimal AudioOutput { get; init; } = Output;

    /// <summary>A successful call costs this instead, and each picture where pictures are asked for.</summary>
    internal decimal? PerRequest { get; init; }

    /// <summary>A thousand tokens in and a thousand out: by this one is cheaper than another.</summary>
    internal decimal SmallCall => PerRequest ?? ((Input + Output) / 1000);

    /// <summary>No token is paid for twice: each belongs to one part, and what no part claims is text.</summary>
    internal decimal Cost(in Usage usage)
    {
        if (PerRequest is { } flat) return Money.Round(flat * Math.Max(1, usage.Images));

        var (input, output, sum) = (Math.Max(0, usage.Input), Math.Max(0, usage.Output), 0m);
        Take(usage.CachedInput, CachedInput, ref input, ref sum);
        Take(usage.CacheWrite1h, CacheWrite1h, ref input, ref sum);
        Take(usage.CacheWrite5m, CacheWrite5m, ref input, ref sum);
        Take(usage.ImageInput - usage.CachedImage, ImageInput, ref input, ref sum);
        Take(usage.AudioInput - usage.CachedAudio, AudioInput, ref input, ref sum);
        Take(input, Input, ref input, ref sum);
        Take(usage.ImageOutput, ImageOutput, ref output, ref sum);
        Take(usage.AudioOutput, AudioOutput, ref output, ref sum);
        Take(output, Output, ref output, ref sum);
        return Money.Round(sum / Tokens);
    }

    /// <summary>What a call can cost at most: every token might be of the dearest part.</summary>
    internal decimal CostAtMost(long input, long output, long images = 0) => PerRequest is { } flat
        ? Money.Round(flat * Math.Max(1, images))
        : Money.Round(Money.PerTokens(input, DearestInput) + Money.PerTokens(output, DearestOutput));

    private decimal DearestInput => Math.Max(
        Math.Max(Math.Max(Input, CachedInput), Math.Max(CacheWrite5m, CacheWrite1h)), Math.Max(ImageInput, AudioInput));

    private decimal DearestOutput => Math.Max(Output, Math.Max(ImageOutput, AudioOutput));

    private static void Take(long part, decimal price, ref long left, ref decimal sum)
    {
        if (part > left) part = left;
        if (part <= 0) return;
        left -= part;
        sum += part * price;
    }
}
