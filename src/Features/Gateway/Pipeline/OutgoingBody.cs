namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>One change to a body: these bytes of it are replaced.</summary>
internal readonly record struct Change(int From, int Until, ReadOnlyMemory<byte> Text);

/// <summary>The body as it came but for at most two changes.</summary>
/// <param name="body">In the buffer of its owner.</param>
/// <param name="owner">Null: the garbage collector.</param>
/// <param name="first">Stands before the second.</param>
internal readonly struct OutgoingBody(ReadOnlyMemory<byte> body, CallBody? owner, Change first, Change second)
{
    internal const int Pieces = 5;

    internal CallBody? Owner => owner;

    internal int Length { get; } = body.Length - (first.Until - first.From) + first.Text.Length
        - (second.Until - second.From) + second.Text.Length;

    /// <summary>Some are empty.</summary>
    internal ReadOnlyMemory<byte> Piece(int at) => at switch
    {
        0 => body[..first.From],
        1 => first.Text,
        2 => body[first.Until..Math.Max(first.Until, second.From)],
        3 => second.Text,
        _ => body[Math.Max(first.Until, second.Until)..],
    };

    internal void CopyTo(Span<byte> into)
    {
        for (var at = 0; at < Pieces; at++)
        {
            var piece = Piece(at).Span;
            piece.CopyTo(into);
            into = into[piece.Length..];
        }
    }
}
