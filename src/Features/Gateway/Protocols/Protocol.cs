using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Protocols;

/// <summary>
/// One way to call a model, and all that differs from the others: who speaks it, where, and what the gateway must
/// understand of its requests and answers. Same protocol in and out, so the bytes themselves pass as they are.
/// </summary>
internal abstract class Protocol
{
    /// <summary>The providers that serve it.</summary>
    internal required string[] Providers { get; init; }

    /// <summary>What the gateway reads of a request; everything else is unknown to it.</summary>
    internal required IReadOnlyList<Member> Members { get; init; }

    /// <summary>Counting tokens: no provider charges for it, so nobody here does.</summary>
    internal bool IsFree { get; init; }

    /// <summary>False where an answer holds nothing that a model wrote.</summary>
    internal bool HasOutput { get; init; } = true;

    /// <summary>The answer is always a stream, whatever the body says.</summary>
    internal bool IsStream { get; init; }

    /// <summary>A stream that is no stream of events is a JSON array, sent element by element.</summary>
    internal bool IsArray { get; init; }

    /// <summary>Answers are pictures, which count by their size and quality.</summary>
    internal bool DrawsPictures { get; init; }

    /// <summary>What is longer passes unread: a whole answer, an event, an element.</summary>
    internal int PieceBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Usage comes in a stream only when it is asked for.</summary>
    internal bool AsksForUsage { get; init; }

    /// <summary>The caller's headers that the provider may see.</summary>
    internal virtual IReadOnlyList<string> CallerHeaders => [];

    /// <summary>After the provider's versioned root.</summary>
    internal abstract string UpstreamPath(string model);

    internal abstract Meter NewMeter();

    /// <summary>How a stream says that it failed; empty where it can only break off.</summary>
    internal virtual ReadOnlyMemory<byte> Failure(Framing framing, ReadOnlySpan<byte> error) => default;

    /// <summary>How a stream ends that ran into a limit, and no error; empty where it cannot.</summary>
    /// <param name="last">The last value that was shown.</param>
    internal virtual ReadOnlyMemory<byte> Cut(GatewayExchange exchange, ReadOnlySpan<byte> last) => default;

    /// <summary>The endpoint by which a provider's model is called first of all.</summary>
    internal static string EndpointOf(string provider, string model) => provider switch
    {
        "anthropic" => "/v1/messages",
        "gemini" => $"/v1beta/models/{model}:generateContent",
        _ => "/v1/chat/completions",
    };
}

/// <summary>How the pieces of an answer are told apart.</summary>
internal enum Framing
{
    Whole,
    Events,
    Elements,
}

/// <summary>What a member of a request means to the gateway.</summary>
internal enum Meaning
{
    Model,

    /// <summary>The model once more, beside the one in the path: it must be the same.</summary>
    SameModel,
    Stream,
    StreamOptions,
    OutputLimit,

    /// <summary>How many answers are wanted to one prompt.</summary>
    Choices,

    /// <summary>One prompt, or a list of them: each gets an answer.</summary>
    Prompts,

    /// <summary>An object with more members to read.</summary>
    Settings,

    /// <summary>What a picture is to be like.</summary>
    Size,
    Quality,

    /// <summary>A flag that must not be set, as its answer could not be billed.</summary>
    NotServed,
}

/// <param name="Least">The smallest number that is one.</param>
internal sealed record Member(string Name, Meaning Meaning, int Least = 1)
{
    internal byte[] Utf8 { get; } = System.Text.Encoding.UTF8.GetBytes(Name);

    internal IReadOnlyList<Member> Inner { get; init; } = [];
}
