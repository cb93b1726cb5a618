namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>Separate counters: <see cref="Prices"/> says what each of them costs.</summary>
/// <param name="Input">All input tokens, cached ones included.</param>
/// <param name="CachedInput">The part of the input that was read from the provider's cache.</param>
/// <param name="Output">All output tokens, reasoning included.</param>
internal readonly record struct Usage(long Input, long CachedInput, long Output)
{
    /// <summary>The part of the input that the provider was asked to keep for five minutes, and for an hour.</summary>
    internal long CacheWrite5m { get; init; }
    internal long CacheWrite1h { get; init; }

    internal long Reasoning { get; init; }

    /// <summary>The part that is pictures, and sound.</summary>
    internal long ImageInput { get; init; }
    internal long ImageOutput { get; init; }
    internal long AudioInput { get; init; }
    internal long AudioOutput { get; init; }

    /// <summary>The pictures and the sound of the input that were read from the cache: part of both.</summary>
    internal long CachedImage { get; init; }
    internal long CachedAudio { get; init; }

    /// <summary>How many pictures were made; not tokens.</summary>
    internal long Images { get; init; }

    internal long Image => ImageInput + ImageOutput;
    internal long Audio => AudioInput + AudioOutput;
}
