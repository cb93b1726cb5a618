namespace SupplyApi.Upstream;

/// <summary>One answer in its protocol's own bytes: in one piece, and as the pieces of a stream.</summary>
/// <param name="Opening">Before the first word.</param>
/// <param name="Chunks">The words.</param>
/// <param name="Closing">After the last word.</param>
/// <param name="Failure">In place of a chunk, when the model fails while it speaks.</param>
internal sealed record Script(
    string Whole,
    IReadOnlyList<string> Opening,
    IReadOnlyList<string> Chunks,
    IReadOnlyList<string> Closing,
    string Failure)
{
    internal string ContentType { get; init; } = "text/event-stream; charset=utf-8";

    internal static Script Only(string whole) => new(whole, [], [], [], "");
}
