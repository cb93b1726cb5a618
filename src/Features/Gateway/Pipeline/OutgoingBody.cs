using System.Net;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>One change to a body: these bytes of it are replaced.</summary>
internal readonly record struct Change(int From, int Until, ReadOnlyMemory<byte> Text);

/// <summary>The body as it came but for at most two changes, written piece by piece and never copied.</summary>
/// <param name="owner">Whom the bytes belong to; null: to the garbage collector.</param>
/// <param name="first">Stands before the second.</param>
internal sealed class OutgoingBody(ReadOnlyMemory<byte> body, CallBody? owner, Change first, Change second)
    : HttpContent
{
    protected override bool TryComputeLength(out long length)
    {
        length = body.Length - (first.Until - first.From) + first.Text.Length
            - (second.Until - second.From) + second.Text.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        owner?.Keep();
        try
        {
            await stream.WriteAsync(body[..first.From], cancellationToken);
            if (!first.Text.IsEmpty) await stream.WriteAsync(first.Text, cancellationToken);
            if (second.From > first.Until) await stream.WriteAsync(body[first.Until..second.From], cancellationToken);
            if (!second.Text.IsEmpty) await stream.WriteAsync(second.Text, cancellationToken);
            if (second.Until < body.Length) await stream.WriteAsync(body[second.Until..], cancellationToken);
        }
        finally
        {
            owner?.Dispose();
        }
    }
}
